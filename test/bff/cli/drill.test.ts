/** `halfsecond drill`: a very short one from end to end, its figures on their own, and what is left when it is over or told to stop. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { figuresOf, tableOf } from '@halfsecond/bff/cli/drill/figures.ts';
import type { Turn } from '@halfsecond/bff/cli/drill/visitors.ts';
import { halfsecondIn, root, type Result } from './command.ts';

/** Every drill's folder is made in here, so that what is left can be seen. */
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfsecond-drills-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const drill = (args: string[], broken: (child: ChildProcess) => void = () => undefined): Promise<Result> =>
  halfsecondIn(folder, ['drill', ...args], { TMPDIR: folder }, (chunk, child) => {
    if (chunk.includes('The primary is broken.')) broken(child);
  });

/** Processes that were started with `folder` as their folder for temporary files. */
function left(): string[] {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${folder}`);
    } catch {
      return false; // gone meanwhile, or not ours
    }
  });
}

test('a drill from end to end: the table, the exit code, and nothing left', async () => {
  const { code, out, err } = await drill(['errors', '--minutes', '0.4', '--turns', '60', '--speed', '15']);
  const turns = /^ {2}turns +(\d+) +(\d+) +(\d+)$/m.exec(out)?.slice(1).map(Number) ?? [];
  assert.equal(turns.reduce((sum, count) => sum + count, 0), 60, out + err);
  assert.match(out, /first token within 1500 ms +[\d.]+ % +[\d.]+ % +[\d.]+ %/);
  const [whole, broken] = /answered by the primary +([\d.]+) % +([\d.]+) %/.exec(out)?.slice(1).map(Number) ?? [];
  assert.ok((whole ?? 0) > 50 && (broken ?? 100) < 10, out);
  assert.match(out, /answered by no model +0 +0 +0/);
  assert.equal(code, out.includes('\nPassed') ? 0 : 1);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(left(), []);
});

test('told to stop, it ends everything at once', async () => {
  const { code, err } = await drill(['hang', '--minutes', '2', '--turns', '150', '--speed', '30'], (child) => {
    // Twice: a terminal sends it to all, and the bootstrap passes its own on.
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGINT'), 5);
  });
  assert.equal(code, 1);
  assert.match(err, /Stopped before the end/);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(left(), []);
});

test('wrong words are refused in a sentence', async () => {
  assert.match((await drill(['flood'])).err, /no drill "flood": expected one of brownout, hang, errors, throttle/);
  assert.match((await drill([])).err, /Expected the name of one drill/);
  const { code, err } = await drill(['hang', '--turns', 'many']);
  assert.equal(code, 1);
  assert.match(err, /--turns is "many": expected a number from 10/);
  assert.match((await drill(['hang', '--fast'])).err, /--fast/);
});

/** One turn a second, in parts of 60 / 120 / 60 s; `wait` and `provider` by second. */
function story(wait: (second: number) => number | null, provider: (second: number) => string | null): Turn[] {
  return Array.from({ length: 240 }, (_, second) => ({ sentAt: second * 1_000, firstToken: wait(second), provider: provider(second), cost: 0.001 }));
}
const timing = { primary: 'a', brokenAt: 60_000, healedAt: 180_000, calls: { before: 60, during: 150, after: 66 } };

test('figures: shares, extra calls, cost, and the times to recover', () => {
  // Late for ten seconds after the break; the primary answers again twelve seconds after healing.
  const turns = story((second) => (second >= 60 && second < 70 ? 2_000 : 400), (second) => (second < 60 || second >= 192 ? 'a' : 'b'));
  const { before: first, during, after: last, ...rest } = figuresOf({ turns, ...timing });
  assert.deepEqual([first.turns, during.turns, last.turns], [60, 120, 60]);
  assert.equal(first.inLimit, 1);
  assert.equal(during.inTarget, 110 / 120);
  assert.deepEqual([during.p50, during.p99], [400, 2_000]);
  assert.equal(during.extraCalls, 0.25);
  assert.ok(Math.abs(during.costPerThousand - 1) < 1e-9);
  assert.equal(last.byPrimary, 0.8);
  assert.deepEqual(rest, { slowAtFirst: 10, onTimeAfter: 9_000, preferredAfter: 12_000, passed: false });
});

test('figures: no answer is later than any, the built-in answerer is no model, and what did not happen is said', () => {
  const silent = figuresOf({ turns: story((second) => (second < 60 ? 400 : second % 2 === 0 ? null : 300), (second) => (second < 60 ? 'a' : second % 2 === 0 ? null : 'builtin')), ...timing });
  assert.deepEqual([silent.during.inLimit, silent.during.p50, silent.during.unanswered], [0, Infinity, 120]);
  assert.deepEqual([silent.onTimeAfter, silent.preferredAfter, silent.passed], [null, null, false]);
  assert.match(tableOf(silent), /not in the time of the drill/);
  const one = figuresOf({ turns: story((second) => (second === 61 ? 1_600 : 400), () => 'a'), ...timing, brokenAt: 20_000, healedAt: 300_000 });
  assert.deepEqual([one.slowAtFirst, one.passed], [1, true]);
});

test('the fast clock: time of day, time that passes and timers keep step', async () => {
  const clock = pathToFileURL(join(root, 'bff/cli/drill/clock.ts')).href;
  const script = `
    const [day, passed, real] = [Date.now(), performance.now(), process.hrtime.bigint()];
    const again = setInterval(() => 0, 1_000);
    setTimeout(() => {
      clearInterval(again);
      console.log(JSON.stringify([Date.now() - day, new Date().getTime() - day, performance.now() - passed, Number(process.hrtime.bigint() - real) / 1e6, new Date(5).getTime(), new Date() instanceof Date]));
    }, 10_000);`;
  const child = spawn(process.execPath, ['--import', clock, '--input-type=module', '-e', script], { env: { ...process.env, HALFSECOND_CLOCK_SPEED: '50', NODE_NO_WARNINGS: '1' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await new Promise((done) => child.once('close', done));
  const [day, date, passed, real, five, isDate] = JSON.parse(out) as number[];
  assert.ok((real ?? 0) > 190 && (real ?? 0) < 1_500, `${real} ms`);
  for (const fast of [day, date, passed]) assert.ok(Math.abs((fast ?? 0) / 50 - (real ?? 0)) < 30, out);
  assert.deepEqual([five, isDate], [5, true]);
});
