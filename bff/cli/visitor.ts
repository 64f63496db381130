/** What the commands about one visitor share: who is meant, and what the running bff says to it. */
import { parseArgs } from 'node:util';
import { helped, loadConfig } from './options.ts';
import { askRunning } from './running.ts';

/** Asks the bff about the one visitor that `args` name (`USER [--site ID]`, the first site without it) and prints its answer. Resolves with the exit code; throws for an option that is not known. */
export async function askAboutVisitor(method: 'GET' | 'DELETE', args: string[], help: string): Promise<number> {
  if (helped(args, help)) return 0;
  const { positionals: [visitor, ...others], values } = parseArgs({ args, allowPositionals: true, options: { site: { type: 'string' } } });
  if (visitor === undefined || others.length > 0) {
    console.error(help);
    return 1;
  }
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const site = values.site ?? config.sites[0]?.id ?? '';
  const answer = await askRunning(method, `/admin/memory/visitors/${encodeURIComponent(visitor)}?site=${encodeURIComponent(site)}`);
  if (answer === null) throw new Error('No bff answers at BFF_PORT: start it first (npm run bff).');
  console.log(JSON.stringify(answer, null, 2));
  return 0;
}
