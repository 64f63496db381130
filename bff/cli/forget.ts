/** `halfsecond forget USER`: erases everything that is kept of a visitor, by the running bff. */
import { helped, loadConfig } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond forget USER [--site ID]

Erases a visitor's memory, conversations, running answers and traces, looks for the bytes that should be gone, and prints the receipt.
USER is the visitor id of the session (anon:… or user:SUBJECT). The bff must be running.`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const at = args.indexOf('--site');
  const visitor = args.find((arg, index) => !arg.startsWith('--') && index !== at + 1) ?? args[0];
  if (!visitor) {
    console.error(HELP);
    return 1;
  }
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const site = (at >= 0 ? args[at + 1] : undefined) ?? config.sites[0]?.id ?? '';
  const receipt = await askRunning('DELETE', `/admin/memory/visitors/${encodeURIComponent(visitor)}?site=${encodeURIComponent(site)}`);
  if (receipt === null) throw new Error('No bff answers at BFF_PORT: start it first (npm run bff).');
  console.log(JSON.stringify(receipt, null, 2));
  return 0;
}
