/** `halfsecond tools`: what the running bff can call, and taking a changed tool as it is now. */
import { helped } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond tools [accept NAME]

Lists the tools of the running bff with their state and their times. A tool whose server says something else about it than when
it was first seen is "changed" and off: look at it, then accept it by its name.`;

type Line = { name: string; state: string; p50: number | null; p95: number | null; n: number };

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const [verb, name] = args;
  if (verb !== undefined && (verb !== 'accept' || name === undefined)) {
    console.error(HELP);
    return 1;
  }
  const answer = verb === 'accept' ? await askRunning('POST', '/admin/tools/accept', { name }) : await askRunning('GET', '/admin/tools');
  if (answer === null) throw new Error('No bff answers at BFF_PORT: start it first (npm run bff).');
  if (verb === 'accept') console.log(`${name} is accepted as it is now.`);
  else for (const line of (answer as { tools: Line[] }).tools) console.log(row(line));
  return 0;
}

function row({ name, state, p50, p95, n }: Line): string {
  const times = p50 === null || p95 === null ? `${n} calls` : `p50 ${p50} ms, p95 ${p95} ms of ${n} calls`;
  return `${name.padEnd(36)} ${state.padEnd(8)} ${times}`;
}
