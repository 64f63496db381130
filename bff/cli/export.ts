/** `halfsecond export USER`: everything that is kept of a visitor, as JSON on stdout. */
import { helped, loadConfig } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond export USER [--site ID]

Prints what is kept of a visitor as JSON: remembered turns, facts read out of them, conversations, feedback.
USER is the visitor id of the session (anon:… or user:SUBJECT). The bff must be running.`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const at = args.indexOf('--site');
  const visitor = args.find((arg, index) => !arg.startsWith('--') && (at < 0 || index !== at + 1));
  if (visitor === undefined) {
    console.error(HELP);
    return 1;
  }
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const site = (at >= 0 ? args[at + 1] : undefined) ?? config.sites[0]?.id ?? '';
  const data = await askRunning('GET', `/admin/memory/visitors/${encodeURIComponent(visitor)}?site=${encodeURIComponent(site)}`);
  if (data === null) throw new Error('No bff answers at BFF_PORT: start it first (npm run bff).');
  console.log(JSON.stringify(data, null, 2));
  return 0;
}
