/** `halfsecond config check`: every fault of the configuration, a sentence each. */
import { missing } from '../route/roster.ts';
import { helped, loadConfig } from './options.ts';

const HELP = 'halfsecond config check\n\nReads the configuration as the bff would and lists every fault. Exit code 1 when there is one.';

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  if (args[0] !== 'check') {
    console.error(HELP);
    return 1;
  }
  const config = loadConfig((line) => console.log(line));
  if (!config) return 1;
  const { sites, agents, models, providers } = config;
  const off = Object.entries(providers).filter(([, provider]) => missing(provider) !== null).map(([id, provider]) => `${id} (${missing(provider)} is not set)`);
  console.log(`The configuration is good: ${sites.length} site(s), ${agents.length} agent(s), ${models.length} model(s)${off.length > 0 ? `; off: ${off.join(', ')}` : ''}.`);
  return 0;
}
