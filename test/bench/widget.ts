/**
 * The widget's figures in a real Chromium: what the launcher and the open chat weigh, what a token costs the page's main
 * thread beside a plain text append and streaming-markdown, how soon a first word is on the screen, and what a hostile
 * reply brings about. Every run has a fresh page, subjects alternate, the order is reversed each round, medians count; what
 * a page costs that only reads the same stream is taken off. Names of figures as arguments measure those alone
 * (`weight harm paint burst flow`); QUICK=1 measures less; PROFILE=FILE writes a CPU profile.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { buildWidget } from '../../widget/build.ts';
import { hostileReply } from '../widget/hostile.ts';
import { costOf, firstPaint, harmOf, openBrowser, profileOf, requestsOf, type Cost } from './widget/browser.ts';
import { startBenchServer, type Subject } from './widget/server.ts';

const quick = Boolean(process.env['QUICK']);
const rounds = quick ? 1 : 3;
const RATE = 200;
const subjects: Subject[] = ['sink', 'plain', 'smd', 'widget'];

const folder = await mkdtemp(join(tmpdir(), 'hs-bench-widget-'));
const built = await buildWidget(folder);
const smd = await readFile(fileURLToPath(import.meta.resolve('streaming-markdown')), 'utf8');
const server = await startBenchServer(folder, { '/smd.js': smd }, (name) => (name === 'words' ? ['Your', ' order', ' is', ' on', ' its', ' way', '.'] : [...hostileReply]));
const browser = await openBrowser();
/** Whether each figure reached its goal. */
const rows: boolean[] = [];
const wanted = process.argv.slice(2);
try {
  for (const figure of [weight, harm, paint, burst, flow]) if (wanted.length === 0 || wanted.includes(figure.name)) await figure();
  const profile = process.env['PROFILE'];
  if (profile) await writeFile(profile, JSON.stringify(await profileOf(browser, server, 'widget', `2000 tokens at ${RATE}`)));
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
console.log(`Load of the machine: ${loadavg().map((value) => value.toFixed(1)).join(' ')}; ${rounds} round${rounds > 1 ? 's' : ''}.`);
process.exitCode = rows.includes(false) ? 1 : 0;

/** Bytes over the wire, compressed as the bff does it, and requests until the launcher shows and the panel is open. */
async function weight(): Promise<void> {
  const bytes = async (path: string): Promise<number> => brotliCompressSync(await readFile(path)).length;
  const seen = await requestsOf(browser, server);
  const files = new Map<string, number>(await Promise.all(built.assets.map(async (path) => [`/assets/${basename(path)}`, await bytes(path)] as const)));
  const loader = await bytes(built.loader);
  const opened = seen.open.map((path) => files.get(path) ?? 0).reduce((sum, one) => sum + one, loader);
  add('launcher shown', `${seen.launcher.length} request, ${kb(loader)}`, '', '1 request, 3 KB', seen.launcher.length === 1 && loader <= 3 * 1_024);
  add('chat open', `${kb(opened)} brotli`, `${seen.open.length} more files`, '25 KB (35 at most)', opened <= 25 * 1_024);
  add('colours for code (once, lazy)', kb(files.get([...files.keys()].find((path) => path.includes('/colour-')) ?? '') ?? Number.NaN), '', 'not with the chat', !seen.open.some((path) => path.includes('/colour-')));
}

async function harm(): Promise<void> {
  const { remote, hrefs, raw } = await harmOf(browser, server, 'widget', 'say hostile');
  add('hostile corpus: remote, hrefs, raw', `${remote}, ${hrefs}, ${raw}`, `${hostileReply.length} characters, one by one`, '0, 0, 0', remote + hrefs + raw === 0);
}

async function paint(): Promise<void> {
  const shown: { ms: number; frames: number }[] = [];
  for (let round = 0; round < (quick ? 3 : 9); round++) shown.push(await firstPaint(browser, server, 'widget'));
  const frames = median(shown.map((one) => one.frames));
  add('first bytes of text to painted', `${frames} frame, ${median(shown.map(({ ms }) => ms)).toFixed(1)} ms`, `worst ${Math.max(...shown.map((one) => one.frames))} frames of ${shown.length}`, '1 frame', frames <= 1);
}

async function burst(): Promise<void> {
  const costs = await alternate('10000 tokens at 0', quick ? 3 : 7);
  const net = netOf(costs);
  add('burst of 10,000 tokens', `${net('widget').toFixed(0)} ms`, `plain ${net('plain').toFixed(0)}, smd ${net('smd').toFixed(0)}`, '100 ms main thread', net('widget') <= 100);
}

async function flow(): Promise<void> {
  const short = await alternate(`3000 tokens at ${RATE}`, rounds);
  const net = netOf(short);
  const per = (subject: Subject): string => (net(subject) / 3_000).toFixed(3);
  add(`CPU per token, 3,000 at ${RATE}/s, net`, `${per('widget')} ms`, `plain ${per('plain')}, smd ${per('smd')}; harness ${(medianTask(short, 'sink') / 3_000).toFixed(3)}`, '0.4 ms', net('widget') <= 1_200);
  if (quick) return;
  const long = netOf(await alternate(`10000 tokens at ${RATE}`, rounds));
  const ratio = (subject: Subject): number => long(subject) / net(subject);
  add('10,000 to 3,000 tokens', ratio('widget').toFixed(2), `plain ${ratio('plain').toFixed(2)}, smd ${ratio('smd').toFixed(2)}`, '3.6', ratio('widget') <= 3.6);
}

async function alternate(question: string, times: number): Promise<Map<Subject, Cost[]>> {
  const costs = new Map<Subject, Cost[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < times; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) costs.get(subject)?.push(await costOf(browser, server, subject, question));
  }
  return costs;
}

/** Medians of main-thread time less that of the page that only reads (ms). */
function netOf(costs: Map<Subject, Cost[]>): (subject: Subject) => number {
  return (subject) => medianTask(costs, subject) - medianTask(costs, 'sink');
}
function medianTask(costs: Map<Subject, Cost[]>, subject: Subject): number {
  return median((costs.get(subject) ?? []).map(({ task }) => task));
}
function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
function kb(bytes: number): string {
  return `${(bytes / 1_024).toFixed(1)} KB`;
}
function add(figure: string, ours: string, reference: string, goal: string, reached: boolean): void {
  rows.push(reached);
  console.log(`${figure.padEnd(36)}  ${ours.padEnd(24)} goal ${goal.padEnd(24)} ${reached ? 'reached' : 'MISSED '}  ${reference}`);
}
