/** The daily budget: its books over days, restarts and several processes, its estimates, and the order at its edge. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { FailureKind } from '@halfsecond/shared/status';
import { BUDGET_REASON, createSpend, realCost, tokensAtMost, withinBudget, worstCost } from '../../../bff/route/spend.ts';
import { ProviderFailure } from '../../../bff/route/failure.ts';
import { openDatabase } from '../../../bff/store/database.ts';
import { openLedger } from '../../../bff/store/spend.ts';
import { createWork } from '../../../bff/store/work.ts';
import { input, model, snippet, tool } from './setup.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfsecond-spend-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const file = (): string => join(folder, `${files++}.sqlite`);
const log = (line: string): never => assert.fail(line);
/** The books of one process. */
function books(path: string): { ledger: ReturnType<typeof openLedger>; settle(): void; close(): void } {
  const database = openDatabase(path);
  const work = createWork(database);
  return {
    ledger: openLedger(database, work),
    settle: work.settle,
    close() {
      work.settle();
      database.close();
    },
  };
}
const near = (value: number, expected: number): void => assert.ok(Math.abs(value - expected) < 1e-9, `${value} instead of ${expected}`);

describe('the books', () => {
  it('hold the limit exactly, give back what was not needed, and settle once', () => {
    const { ledger, close } = books(file());
    const spend = createSpend({ limit: 1, ledger, log });
    const settle = spend.reserve(0.6);
    assert.ok(settle);
    assert.equal(spend.reserve(0.6), null);
    assert.ok(spend.reserve(0), 'what is free is always given');
    settle(0.1);
    settle(0.9);
    near(spend.left(), 0.9);
    assert.ok(spend.reserve(0.9));
    assert.equal(spend.reserve(1e-6), null);
    close();
  });

  it('survive a restart; a call that died with the process stays reserved', () => {
    const path = file();
    const first = books(path);
    const before = createSpend({ limit: 1, ledger: first.ledger, log });
    before.reserve(0.25)?.(0.125);
    assert.ok(before.reserve(0.5));
    first.close();
    const second = books(path);
    const later = createSpend({ limit: 1, ledger: second.ledger, log });
    near(later.view().spent, 0.625);
    assert.equal(later.reserve(0.5), null);
    second.close();
  });

  it('begin anew with the day in UTC; what runs over midnight belongs to the day that it began in', () => {
    const { ledger, close } = books(file());
    let time = Date.parse('2026-11-22T23:59:59.999Z');
    const spend = createSpend({ limit: 1, ledger, now: () => time, log });
    const settle = spend.reserve(1);
    assert.equal(spend.reserve(0.1), null);
    time += 1;
    assert.ok(spend.reserve(0.4));
    settle?.(0.7);
    near(ledger.spent('2026-11-22'), 0.7);
    near(ledger.spent('2026-11-23'), 0.4);
    close();
  });

  it('are shared by processes on one file', () => {
    const path = file();
    const [one, two] = [books(path), books(path)];
    let given = 0;
    for (let round = 0; round < 40; round++) {
      const { ledger, settle } = round % 2 === 0 ? one : two;
      if (createSpend({ limit: 1, ledger, log }).reserve(0.0625)) given += 1;
      settle();
    }
    assert.equal(given, 16);
    one.close();
    two.close();
  });

  it('that cannot be used count as used up', () => {
    const lines: string[] = [];
    const broken = (): never => {
      throw new Error('disk full');
    };
    const spend = createSpend({ limit: 1, ledger: { spent: broken, add: broken }, log: (line) => lines.push(line) });
    assert.equal(spend.reserve(0.1), null);
    assert.equal(spend.left(), 0);
    assert.match(lines[0] ?? '', /disk full/);
  });
});

describe('the estimates', () => {
  it('of a question count all that is sent', () => {
    const bare = tokensAtMost(input('x'));
    assert.ok(bare > 10 && bare < 150, String(bare));
    const long = 'word '.repeat(300);
    for (const more of [{ system: long }, { messages: [{ role: 'user' as const, text: long }] }, { snippets: [snippet('a', 'A', null, long)] }, { tools: [tool('t', { description: long })] }]) {
      assert.ok(tokensAtMost(input('x', more)) > 300, Object.keys(more).join());
    }
    assert.ok(tokensAtMost(input('漢'.repeat(300))) > 300);
    near(worstCost(1_000_000, model('m', 'p', { maxOutputTokens: 500_000 }), { input: 3, output: 8 }), 7);
  });

  it('of an attempt: its own figures, else the question and the text that came, nothing for a refusal', () => {
    const price = { input: 1_000_000, output: 2_000_000 };
    const report = { provider: 'p', model: 'm', outcome: 'error' as const, startedAt: 0, firstContent: null, total: 1 };
    const failed = (kind: FailureKind, text = ''): number => realCost({ ended: null, failure: new ProviderFailure(kind, ''), report: { ...report, firstContent: text === '' ? null : 5 }, text }, 10, price);
    assert.equal(realCost({ ended: { reason: 'stop', usage: { inputTokens: 3, outputTokens: 4 }, calls: [] }, failure: null, report, text: 'abc' }, 10, price), 11);
    assert.equal(realCost({ ended: { reason: 'stop', usage: { inputTokens: 0, outputTokens: 0 }, calls: [] }, failure: null, report, text: 'abcdef' }, 10, price), 14);
    assert.equal(failed('throttled'), 0);
    assert.equal(failed('server'), 0);
    assert.equal(failed('timeout'), 10);
    assert.equal(failed('cancelled'), 10);
    assert.equal(failed('server', 'abc'), 12);
  });
});

describe('the order', () => {
  it('leaves out what the rest of the day cannot pay; the first that is left says why', () => {
    const choices = [['dear', 3], ['middle', 2], ['free', 0]].map(([id, worst]) => ({ model: model(String(id), 'p'), reason: 'r', worst: Number(worst) }));
    const at = (left: number) => withinBudget(choices, left, ({ worst }) => worst).order.map((choice) => [choice.model.id, choice.reason]);
    assert.deepEqual(at(3), [['dear', 'r'], ['middle', 'r'], ['free', 'r']]);
    assert.deepEqual(at(2), [['middle', `${BUDGET_REASON}: passed over dear`], ['free', 'r']]);
    assert.deepEqual(at(0), [['free', `${BUDGET_REASON}: passed over dear, middle`]]);
    assert.deepEqual(at(-1), at(0));
  });
});
