/** What is written together: one commit per turn of the event loop, before its acknowledgement leaves, and told when it fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as atEndOfTurn } from 'node:timers/promises';
import { openDatabase } from '@halfsecond/bff/store/database.ts';
import { openLedger } from '@halfsecond/bff/store/spend.ts';
import { createWork } from '@halfsecond/bff/store/work.ts';
import type { Work } from '@halfsecond/bff/store/work.ts';
import { ORIGIN, ask, bffFor, eventsOf, post, received, session } from '../harness.ts';

/** A file with a table of words, the writing side, and what another connection sees of it. A row of `debts` makes the commit itself fail. */
function open(t: TestContext): { work: Work; write: (word: string) => void; owe: () => void; seen: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-work-'));
  const path = join(folder, 'a.sqlite');
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE words (word TEXT); ${DEBTS}`);
  const other = new DatabaseSync(path, { readOnly: true });
  t.after(() => {
    database.close();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const [insert, owe, select] = [database.prepare('INSERT INTO words VALUES (?)'), database.prepare('INSERT INTO debts VALUES (1)'), other.prepare('SELECT word FROM words')];
  return { work: createWork(database), write: (word) => void insert.run(word), owe: () => void owe.run(), seen: () => select.all().map((row) => String(row['word'])) };
}
/** A promise that is checked at the commit and never kept. */
const DEBTS = 'CREATE TABLE nobody (id INTEGER PRIMARY KEY); CREATE TABLE debts (to_whom INTEGER REFERENCES nobody DEFERRABLE INITIALLY DEFERRED);';

describe('what is written in one turn of the event loop', () => {
  it('is kept together at its end, not before', async (t) => {
    const { work, write, seen } = open(t);
    assert.equal(work.together(() => { write('one'); return 'told'; }), 'told');
    await Promise.resolve();
    work.together(() => write('two'));
    assert.deepEqual(seen(), []);
    await atEndOfTurn();
    assert.deepEqual(seen(), ['one', 'two']);
    work.join(() => write('three'));
    assert.deepEqual(seen(), ['one', 'two']);
    await atEndOfTurn();
    assert.deepEqual(seen(), ['one', 'two', 'three']);
  });

  it('holds nothing of a writer that throws, and everything of its neighbours', async (t) => {
    const { work, write, seen } = open(t);
    work.together(() => write('before'));
    assert.throws(() => work.together(() => {
      write('half');
      throw new Error('changed my mind');
    }), /changed my mind/);
    work.together(() => write('after'));
    await atEndOfTurn();
    assert.deepEqual(seen(), ['before', 'after']);
  });

  it('is kept at once when somebody cannot wait', (t) => {
    const { work, write, seen } = open(t);
    work.together(() => write('now'));
    work.settle();
    assert.deepEqual(seen(), ['now']);
    work.settle();
  });

  it('is begun again by the books of the budget when their row of the day went with it', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'halfsecond-work-'));
    const database = openDatabase(join(folder, 'a.sqlite'));
    t.after(() => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    });
    t.mock.method(console, 'error', () => undefined);
    database.exec(DEBTS);
    const work = createWork(database);
    const ledger = openLedger(database, work);
    assert.equal(ledger.add('2026-11-22', 1, 5), true);
    work.join(() => database.exec('INSERT INTO debts VALUES (1)'));
    await atEndOfTurn();
    assert.equal(ledger.spent('2026-11-22'), 0);
    assert.equal(ledger.add('2026-11-22', 2, 5), true);
    work.settle();
    assert.equal(ledger.spent('2026-11-22'), 2);
  });

  it('is lost as a whole when the commit fails; each is told, and the next turn is kept again', async (t) => {
    const { work, write, owe, seen } = open(t);
    const told: string[] = [];
    const complaint = t.mock.method(console, 'error', () => undefined);
    work.together(() => write('innocent'), (error) => told.push(`innocent: ${error.message}`));
    work.together(() => write('nobody asks'));
    work.together(owe, (error) => told.push(`debtor: ${error.message}`));
    await atEndOfTurn();
    assert.deepEqual(told, ['innocent: FOREIGN KEY constraint failed', 'debtor: FOREIGN KEY constraint failed']);
    assert.match(String(complaint.mock.calls[0]?.arguments[0]), /could not be kept: FOREIGN KEY/);
    work.together(() => write('next'), () => told.push('next'));
    await atEndOfTurn();
    assert.deepEqual([seen(), told.length], [['next'], 2]);
    work.together(owe);
    assert.throws(() => work.settle(), /FOREIGN KEY/);
  });
});

describe('a question', () => {
  it('is on disk when its acknowledgement is handed to the socket, of every one of twenty at once', async (t) => {
    const bff = await bffFor({ memory: { enabled: false } });
    const other = new DatabaseSync(join(bff.folder, 'data', 'bff.sqlite'), { readOnly: true });
    try {
      const { token } = await session(bff);
      const states = other.prepare('SELECT chat, role, state FROM messages WHERE chat = ? ORDER BY position');
      const atWrite = new Map<string, string[]>();
      const real = ServerResponse.prototype.write as (...given: unknown[]) => boolean;
      t.mock.method(ServerResponse.prototype, 'write', function (this: ServerResponse, ...given: unknown[]) {
        const chat = /"chatId":"([^"]+)"/.exec(String(given[0]))?.[1];
        if (chat !== undefined && !atWrite.has(chat)) atWrite.set(chat, states.all(chat).map(({ role, state }) => `${String(role)} ${String(state)}`));
        return real.apply(this, given);
      });
      const chats = Array.from({ length: 20 }, (_unused, at) => `chat-${at}`);
      // A visitor may have four answers at once; the rest come as these end.
      for (let at = 0; at < chats.length; at += 4) await Promise.all(chats.slice(at, at + 4).map((chat) => ask(bff, token, chat, 'hello')));
      assert.deepEqual([...atWrite.keys()].sort(), [...chats].sort());
      for (const [chat, rows] of atWrite) assert.equal(rows[0], 'user complete', chat);
    } finally {
      other.close();
      await bff.stop();
    }
  });

  it('that could not be kept is answered with an error and never with a clean end', async (t) => {
    const bff = await bffFor({ memory: { enabled: false } });
    const other = new DatabaseSync(join(bff.folder, 'data', 'bff.sqlite'));
    const complaint = t.mock.method(console, 'error', () => undefined);
    try {
      const { token } = await session(bff);
      other.exec(`${DEBTS} CREATE TRIGGER full AFTER INSERT ON messages WHEN NEW.text = 'too much' BEGIN INSERT INTO debts VALUES (1); END`);
      const all = await Array.fromAsync(received(await post(bff, token, 'lost', 'too much')));
      assert.deepEqual(all.slice(-2).map(({ data }) => (data === '[DONE]' ? data : data.type === 'error' ? data.errorText : data.type)), ['internal', '[DONE]']);
      assert.equal(eventsOf(all, 'finish').length, 0);
      assert.ok(complaint.mock.calls.some(({ arguments: [line] }) => /could not be kept/.test(String(line))));
      const stored = await fetch(`${bff.url}/api/chat/lost`, { headers: { origin: ORIGIN, authorization: `Bearer ${token}` } });
      assert.equal(stored.status, 404);
      assert.equal(eventsOf(await ask(bff, token, 'next', 'hello'), 'finish').length, 1);
    } finally {
      other.close();
      await bff.stop();
    }
  });
});
