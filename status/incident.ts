/** `halfsecond incident …`: incidents and maintenance from the command line, in the files here or on a status host elsewhere. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { apply, command, type Done } from './incidents/commands.ts';
import { createLedger } from './incidents/ledger.ts';

const HELP = `halfsecond incident COMMAND

  list                                      what is open, planned and was last
  new TITLE --components gateway[,queue]    [--impact none|minor|major|critical] [--status …] [--message TEXT] [--at TIME] [--id NAME]
  update NAME TEXT                          [--status investigating|identified|monitoring] [--impact …] [--at TIME]
  resolve NAME --root-cause TEXT --fix TEXT [--message TEXT] [--follow-up TEXT …] [--at TIME]
  postmortem NAME FILE.md                   publishes the text of the file as its postmortem
  maintenance TITLE --from TIME --until TIME --components gateway [--message TEXT] [--id NAME]
  maintain NAME [TEXT]                      [--status in_progress|verifying|completed] [--until TIME]

Times carry their zone: 2026-05-04T10:20:00Z. The files lie in STATUS_CONTENT (status/src/content); a running status host shows a
change within a second. A file that lacks something is refused with its name and the field, and nothing is written.
  --to URL    sends it to the status host at its STATUS_REPORT_PORT instead, with STATUS_FEED_KEY`;

const COMMANDS = command.options.map(({ shape }) => shape.do.value as string);
const DEADLINE_MS = 10_000;
const ledger = createLedger(resolve(process.env['STATUS_CONTENT'] ?? join(import.meta.dirname, 'src', 'content')), () => undefined);

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(args: string[]): Promise<number> {
  const string = { type: 'string' } as const;
  const { positionals: [what, first, second], values } = parseArgs({
    args, allowPositionals: true,
    options: {
      components: string, impact: string, status: string, message: string, at: string, id: string, from: string, until: string, fix: string, 'root-cause': string,
      'follow-up': { type: 'string', multiple: true }, to: string, help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || what === undefined || what === 'help') {
    (values.help ? console.log : console.error)(HELP);
    return values.help ? 0 : 1;
  }
  if (what === 'list') return list();
  if (!COMMANDS.includes(what)) {
    console.error(`There is no command "${what}": expected list, ${COMMANDS.join(', ')}.`);
    return 1;
  }
  const { components, 'root-cause': rootCause, 'follow-up': followUps, to, help: _, ...rest } = values;
  const wish: Record<string, unknown> = { do: what, ...rest, ...(components ? { components: components.split(',').map((each) => each.trim()) } : {}), ...(rootCause ? { rootCause } : {}), ...(followUps ? { followUps } : {}) };
  if (what === 'new' || what === 'maintenance') wish['title'] = first;
  else wish['id'] = first;
  if (what === 'postmortem') wish['body'] = second === undefined ? undefined : read(second);
  else if (second !== undefined) wish['message'] = second;
  const done = to === undefined ? apply(ledger, wish, new Date()) : await send(to, wish);
  if ('faults' in done) {
    for (const fault of done.faults) console.error(fault);
    return 1;
  }
  console.log(done.id);
  return 0;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${error instanceof Error && 'code' in error ? error.code : error}).`, { cause: error });
  }
}

function list(): number {
  const { incidents, maintenances, faults } = ledger.read(Date.now());
  for (const each of incidents) console.log(`${each.id}  ${each.status}  ${each.impact}  ${each.title}`);
  if (incidents.length + maintenances.length + faults.length === 0) console.log('There are no incidents, and no maintenance is planned.');
  for (const each of maintenances) console.log(`${each.id}  ${each.status}  maintenance  ${each.title}`);
  for (const fault of faults) console.error(fault);
  return faults.length > 0 ? 1 : 0;
}

async function send(to: string, wish: unknown): Promise<Done> {
  const response = await fetch(new URL('/incidents', to), {
    method: 'POST', body: JSON.stringify(wish), signal: AbortSignal.timeout(DEADLINE_MS),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${process.env['STATUS_FEED_KEY'] ?? ''}` },
  });
  const answer: unknown = await response.json().catch(() => null); // an answer without JSON is told by its status
  if (typeof answer === 'object' && answer !== null && ('faults' in answer || 'id' in answer)) return answer as Done;
  return { faults: [`The status host at ${to} answered ${response.status}.`] };
}
