/** `halfsecond agents …`: where visitors were sent wrong, and teaching an agent one more example. */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { tokensOf } from '../dispatch/train.ts';
import { readComplaints } from '../store/confusions.ts';
import { reportOf } from './agents-text.ts';
import { withExample } from './examples.ts';
import { dataFolder, helped, loadConfig } from './options.ts';

const HELP = `halfsecond agents report [--days N]              where visitors were not content: thumbs-downs and calls for a person,
                                                 by who answered and who came next, and how to teach it
halfsecond agents add-example AGENT "TEXT"       adds what a visitor says to the agent's examples in the configuration file

The report shows what was asked only for sites with "traceText": true, for others the turn's trace. An example holds from the next start on.`;
const DAYS = 30;
const DAY_MS = 86_400_000;
const LONGEST = 500;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const [verb, ...rest] = args;
  if (verb === 'report') return report(rest);
  const [agent, text, ...more] = rest;
  if (verb === 'add-example' && agent !== undefined && text !== undefined && more.length === 0) return addExample(agent, text.trim());
  console.error(HELP);
  return 1;
}

function report(args: string[]): number {
  const days = Number(parseArgs({ args, options: { days: { type: 'string', default: String(DAYS) } } }).values.days);
  if (!Number.isFinite(days) || days <= 0) throw new Error('--days: expected how many days.');
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const path = join(dataFolder(), 'bff.sqlite');
  if (!existsSync(path)) throw new Error(`There are no conversations in ${dataFolder()} (HALFSECOND_DATA names the folder).`);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const telling = new Set(config.sites.filter(({ traceText }) => traceText).map(({ id }) => id));
    console.log(reportOf(readComplaints(database, Date.now() - days * DAY_MS), (site) => telling.has(site), days));
  } finally {
    database.close();
  }
  return 0;
}

function addExample(agent: string, text: string): number {
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const path = resolve(process.env['HALFSECOND_CONFIG'] ?? 'halfsecond.config.json');
  if (!existsSync(path)) throw new Error(`There is no ${path} to write to: the embedded defaults are in use.`);
  if (text === '' || text.length > LONGEST) throw new Error(`An example has 1 to ${LONGEST} characters.`);
  const said = keyOf(text);
  const owner = config.agents.find(({ examples }) => examples.some((example) => keyOf(example) === said));
  if (owner) throw new Error(`"${owner.name}" has this example already${owner.name === agent ? '' : `: take it from there first, or the two cannot be told apart by it`}.`);
  const written = withExample(readFileSync(path, 'utf8'), agent, text);
  // Beside it first: a full disk must not cost the configuration.
  const beside = `${path}.${process.pid}.new`;
  writeFileSync(beside, written, { mode: statSync(path).mode });
  renameSync(beside, path);
  console.log(`"${agent}" knows ${JSON.stringify(text)} from the next start on.`);
  return 0;
}

/** Two examples are the same when their words are. */
function keyOf(text: string): string {
  return tokensOf(text).join(' ') || text;
}
