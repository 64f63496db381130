/** `halfsecond trace …`: where the time of turns went, from one turn as a waterfall to two versions hop by hop. */
import type { Complaint, StoredTrace, TraceReport } from '@halfsecond/shared/trace';
import { compare } from '../trace/compare.ts';
import { comparison, complaintsText, reportText, waterfall } from './trace-text.ts';
import { helped } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond trace ID|last|slowest [--link]   a turn as a waterfall, its slowest hop named and compared with its usual
halfsecond trace report                     what each hop costs the median visitor, and five turns to look at
halfsecond trace complaints                 thumbs-downs with their comments, and the waterfall of the newest
halfsecond trace compare A B                which hop changed, by how much, and how sure that is; A and B are versions
                                            or days (2026-11-22, today, yesterday)

--link prints an address that shows the turn in a browser, once and within ten minutes. The bff must be running.`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const [which, ...more] = args.filter((arg) => arg !== '--link');
  if (which === 'report') console.log(reportText(await asked<TraceReport>('/admin/traces/report')));
  else if (which === 'complaints') console.log(complaintsText((await asked<{ complaints: Complaint[] }>('/admin/traces/complaints')).complaints));
  else if (which === 'compare' && more.length === 2) console.log(await compared(more[0] ?? '', more[1] ?? ''));
  else if (which && which !== 'compare' && more.length === 0) {
    const trace = await traceOf(which);
    console.log(waterfall(trace));
    if (args.includes('--link')) console.log(await linkTo(trace));
  } else {
    console.error(HELP);
    return 1;
  }
  return 0;
}

async function traceOf(which: string): Promise<StoredTrace> {
  const path = which === 'last' ? '/admin/traces' : which === 'slowest' ? '/admin/traces?slowest=1' : `/admin/traces/${encodeURIComponent(which)}`;
  const answer = await asked<StoredTrace | { traces: StoredTrace[] }>(path);
  const trace = 'traces' in answer ? answer.traces[0] : answer;
  if (!trace) throw new Error('There is no turn yet.');
  return trace;
}

async function linkTo({ traceId }: StoredTrace): Promise<string> {
  const { path } = await asked<{ path: string }>(`/admin/traces/${traceId}/link`, 'POST');
  return `once, within ten minutes: ${new URL(path, process.env['BFF_URL'] ?? `http://127.0.0.1:${process.env['BFF_PORT'] ?? 8787}`).href}`;
}

type Samples = { hops: string[]; rows: (number | null)[][]; known: { day: string; version: string; turns: number }[] };

async function compared(a: string, b: string): Promise<string> {
  const [first, second] = [await asked<Samples>(`/admin/traces/samples?of=${encodeURIComponent(a)}`), await asked<Samples>(`/admin/traces/samples?of=${encodeURIComponent(b)}`)];
  for (const [name, { rows, known }] of [[a, first], [b, second]] as const) {
    if (rows.length > 0) continue;
    const there = known.map(({ day, version, turns }) => `  ${day}  ${version}  ${turns} turns`).join('\n');
    throw new Error(`There are no turns of "${name}".${there === '' ? '' : ` There are:\n${there}`}`);
  }
  return comparison(a, b, first.rows.length, second.rows.length, compare(first.hops, first.rows, second.rows));
}

async function asked<T>(path: string, method = 'GET'): Promise<T> {
  const answer = await askRunning(method, path);
  if (answer === null) throw new Error('No bff answers at BFF_PORT: start it first (npm run bff).');
  return answer as T;
}
