/** Several probers and one verdict: real prober processes over real sockets, liars among them, and thirty days in a moment. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LOCAL_KEY, proberKey, signature } from '../../status/collector/key.ts';
import { createBoard, DISPUTE_MS, SILENT_AFTER_MS } from '../../status/collector/quorum.ts';
import { CLOCK_MAX_MS, openDoor, report, type Door } from '../../status/collector/reports.ts';
import { startFakeBff } from './fake-bff.ts';
import { until } from './harness.ts';

const SECOND = 1_000;

/** Plays rounds, one a second: each word is a prober's results, `+`, `-` or `.` for none. */
function play(rounds: Record<string, string>, expected = 3) {
  const board = createBoard(expected);
  const length = Math.max(...Object.values(rounds).map((each) => each.length));
  const said: string[] = [];
  for (let at = 0; at < length; at += 1) {
    for (const [prober, results] of Object.entries(rounds)) {
      if (results[at] === '+' || results[at] === '-') board.report(prober, 'bff', results[at] === '+', 5, at * SECOND);
    }
    said.push(board.bff(at * SECOND).state);
  }
  return { board, said, last: said.at(-1) };
}

test('two of three decide, after three rounds each', () => {
  assert.deepEqual(play({ a: '+---', b: '+---', c: '++++' }).said, ['up', 'up', 'up', 'down']);
  assert.equal(play({ a: '+--+-', b: '+-+--', c: '+-+-+' }).last, 'up');
});

test('one liar flips nothing, whatever it says and however long', () => {
  assert.equal(new Set(play({ liar: '+'.padEnd(600, '-'), b: '+'.repeat(600), c: '+'.repeat(600) }).said).size, 1, 'crying wolf');
  const silent = play({ liar: '+'.repeat(20), b: '+-----', c: '+-----' });
  assert.equal(silent.said[3], 'down', 'hiding an outage');
});

test('before the others have spoken nobody decides alone', () => {
  assert.deepEqual(play({ liar: '---' }).said, ['unknown', 'unknown', 'unknown']);
});

test('a lasting disagreement of more than one voice is partial', () => {
  const long = DISPUTE_MS / SECOND + 5;
  const { said, board } = play({ a: '+'.repeat(long), b: '+'.repeat(long), c: '+'.repeat(long), d: '-'.repeat(long), e: '-'.repeat(long) }, 5);
  assert.equal(said[DISPUTE_MS / SECOND], 'up', 'not before it has lasted');
  assert.equal(said.at(-1), 'partial');
  assert.deepEqual(board.bff((long - 1) * SECOND).down, 2);
});

test('whoever falls silent does not count, and nobody at all is not an outage', () => {
  const { board } = play({ a: '+++++', b: '+++++', c: '+++++' });
  assert.equal(board.bff(4 * SECOND + SILENT_AFTER_MS + 1).state, 'unknown');
  assert.deepEqual(board.views(4 * SECOND + SILENT_AFTER_MS + 1, 0).map((each) => each.state), ['silent', 'silent', 'silent']);
  assert.equal(play({ a: '+++......', b: '+++......', c: '+++++++++' }).last, 'up');
});

test('after a silence three failures in a row are counted afresh', () => {
  assert.equal(play({ a: '+--.....-', b: '+--.....-', c: '+--.....-' }).last, 'up');
});

function doorFor(): Door & { said: string[] } {
  const said: string[] = [];
  return { key: 'feed-key', board: createBoard(1), order: null, wall: () => 1_000_000_000, steady: () => 0, heard: () => said.push('heard'), log: (line) => said.push(line), said };
}

test('a report counts once, in its own name, on about our clock', () => {
  const door = doorFor();
  const last = new Map<string, number>();
  const send = (over: object = {}, key = proberKey('feed-key', 'paris')) => {
    const body = Buffer.from(JSON.stringify({ version: 1, prober: 'paris', seq: 7, at: 1_000_000_000, results: [{ target: 'bff', ok: true, ms: 3 }], ...over }));
    return report(door, last, body, signature(body, key));
  };
  assert.equal(send(), null);
  assert.match(send() ?? '', /repeats/);
  assert.match(send({ seq: 6 }) ?? '', /repeats/);
  assert.match(send({ seq: 8, at: 1_000_000_000 - CLOCK_MAX_MS - 1 }) ?? '', /clock/);
  assert.match(send({ seq: 8, prober: 'rome' }) ?? '', /key of its name/, 'who is paris cannot speak as rome');
  assert.match(send({ seq: 8 }, 'another') ?? '', /key of its name/);
  assert.match(send({ seq: 8, results: [{ target: 'bff', ok: true, ms: -1 }] }) ?? '', /no report/);
  assert.equal(report(door, last, Buffer.from('garbage'), undefined), 'It is no report of a prober.');
  assert.deepEqual(door.said, ['heard']);
});

async function running(t: TestContext, env: Record<string, string>, names: string[]) {
  const board = createBoard(names.length);
  const door = await openDoor({ key: LOCAL_KEY, board, order: null, wall: Date.now, steady: () => performance.now(), heard: () => undefined, log: () => undefined }, '127.0.0.1', 0);
  const children = names.map((name) => spawn(process.execPath, [join(import.meta.dirname, '../../status/main.ts'), '--report-to', `http://127.0.0.1:${door.port}`, '--name', name], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }));
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map((child) => child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null));
    door.server.close();
    door.server.closeAllConnections();
  });
  return { board, children, state: () => board.bff(performance.now()).state };
}

test('real probers report a bff that lives, fails and hangs, and a provider\'s endpoint that refuses us but lives', async (t) => {
  const bff = await startFakeBff();
  const provider = createServer((_request, response) => void response.writeHead(401).end());
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1/models`;
  t.after(async () => {
    provider.close();
    provider.closeAllConnections();
    await bff.close();
  });
  const { board, state } = await running(t, { STATUS_SOURCE: bff.url, STATUS_PROVIDERS: `openai=${at}` }, ['one', 'two', 'three']);
  await until(async () => state(), (said) => said === 'up', 8_000);
  await until(async () => board.provider('openai', performance.now()).state, (said) => said === 'up', 5_000);
  bff.health = 'hanging';
  const hung = performance.now();
  await until(async () => state(), (said) => said === 'down', 6_000);
  assert.ok(performance.now() - hung < 5_000);
  bff.health = 'ok';
  await until(async () => state(), (said) => said === 'up', 6_000);
  assert.deepEqual(board.views(performance.now(), 0).map((each) => each.name), ['one', 'three', 'two']);
});

/** The same numbers at every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

test('a day of probes that fail by chance, one in twenty, opens nothing', () => {
  const board = createBoard(3);
  const random = dice(11);
  let opened = 0;
  for (let at = 0; at < 86_400; at += 1) {
    for (const prober of ['a', 'b', 'c']) board.report(prober, 'bff', random() >= 0.05, 5, at * SECOND);
    const { state } = board.bff(at * SECOND);
    if (state === 'down' || state === 'partial') opened += 1;
  }
  assert.equal(opened, 0);
});
