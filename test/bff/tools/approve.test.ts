/** A yes alone: whose, for what, how often and how long; and that a question which is being decided is not there for another. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openConversations } from '@halfsecond/bff/store/conversations.ts';
import { openDatabase } from '@halfsecond/bff/store/database.ts';
import { createWork } from '@halfsecond/bff/store/work.ts';
import { createApprovals } from '@halfsecond/bff/tools/approve.ts';
import { callOf, contextWith } from './setup.ts';

test('a yes opens its own call, once, for an hour', () => {
  let now = 1_000;
  const approvals = createApprovals('secret', () => now);
  const [context, call] = [contextWith(), callOf('crm.pay', { amount: 5, to: 'Ada' }, 'c1')];
  const id = approvals.ask(call, context);
  for (const [name, other, where] of [
    ['arguments', { ...call, input: { amount: 6, to: 'Ada' } }, context], ['tool', { ...call, name: 'crm.refund' }, context], ['call', { ...call, id: 'c2' }, context],
    ['chat', call, { ...context, chat: 'other' }], ['visitor', call, { ...context, visitor: 'other' }], ['site', call, { ...context, site: 'other' }],
  ] as const) assert.match(approvals.redeem(id, other, where) ?? '', /not approved/, name);
  const [expiry = '', ...rest] = id.split('.');
  assert.match(approvals.redeem([`${expiry}0`, ...rest].join('.'), call, context) ?? '', /not approved/, 'a later date');
  for (const forged of ['', '..', 'a.b.c', `${id}x`, id.slice(0, -2)]) assert.match(approvals.redeem(forged, call, context) ?? '', /not approved/, forged);
  assert.match(createApprovals('another secret', () => now).redeem(id, call, context) ?? '', /not approved/);
  assert.equal(approvals.redeem(id, { ...call, input: { to: 'Ada', amount: 5 } }, context), null, 'the order of keys says nothing');
  assert.match(approvals.redeem(id, call, context) ?? '', /has been used/);
  const late = approvals.ask(call, context);
  now += 3_600_000;
  assert.match(approvals.redeem(late, call, context) ?? '', /too late/);
});

test('what is being decided is open no more, even if this process dies in the middle', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-approve-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const open = () => {
    const database = openDatabase(join(folder, 'bff.sqlite'));
    const work = createWork(database);
    return { database, work, conversations: openConversations(database, work) };
  };
  const place = { site: 's', visitor: 'v', chat: 'c' };
  const first = open();
  first.conversations.say(place, { id: 'q', text: 'pay', at: 1 });
  first.conversations.begin(place, 'a', 2);
  first.conversations.end(place, 'a', 'complete', 'So far.', { traceId: 't', waiting: { agent: null, steps: 1, messages: [], calls: [] } });
  assert.ok(first.conversations.read(place)?.messages.at(-1)?.extra.waiting);
  first.conversations.goOn(place, 'a');
  first.database.close();
  const second = open();
  const message = second.conversations.read(place)?.messages.at(-1);
  second.database.close();
  assert.deepEqual([message?.state, message?.text, message?.extra], ['interrupted', 'So far.', { traceId: 't' }]);
});
