/** Which facts are kept of what a model says that somebody said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Extracted, MemoryTurn } from '@halfsecond/bff/layers.ts';
import { accept } from '@halfsecond/bff/memory/accept.ts';
import type { FactRow } from '@halfsecond/bff/memory/schema.ts';
import { found, turn } from './open.ts';

const NOON = Date.UTC(2026, 10, 2, 12);
const DAY = 86_400_000;
const place = { site: 'demo', visitor: 'v1', chat: 'c1' };

const keptOf = (facts: Extracted[], heard: MemoryTurn[], known: FactRow[] = [], before: MemoryTurn[] = []): FactRow[] => accept(facts, { before, heard, known, place });
/** That many facts of another day. */
const facts = (count: number): FactRow[] => Array.from({ length: count }, (_, n): FactRow => ({ ...place, key: `${n}`, id: `fact:${n}`, turn: 't', text: `colour ${n}`, at: 0, valid_from: 0, valid_to: null, superseded_by: null, embedder: null, size: null, vector: null }));

test('a fact is kept with the turn that says it, and only when it was said', () => {
  const heard = [turn('v1', 't1', 'We moved to Oslo in October, we are 12 people now', { at: NOON }), turn('v1', 't2', 'Congratulations!', { role: 'assistant', at: NOON + 1 })];
  const [row, ...others] = keptOf([
    found('The visitor moved to Oslo in October', 't1', { from: Date.UTC(2026, 9, 1) }),
    found('The visitor owns a yacht and three horses', 't1'), // made up
    found('The team of the visitor in Oslo has 140 people', 't1'), // a number that nobody said
    found('The visitor moved to Oslo', 'elsewhere'), // no such turn
    found('Oslo', 't1'), // says nothing
    found(`The visitor moved to Oslo ${'in October '.repeat(60)}`, 't1'),
    found('The visitor moved to  Oslo, in October', 't1'), // the same once more
  ], heard);
  assert.deepEqual(others, []);
  assert.deepEqual([row?.text, row?.turn, row?.chat, row?.at, row?.valid_from, row?.valid_to, row?.superseded_by], ['The visitor moved to Oslo in October', 't1', 'c1', NOON, Date.UTC(2026, 9, 1), null, null]);
  assert.deepEqual(keptOf([found('The visitor has a team of 12 people in Oslo', 't1')], heard).length, 1);
});

test('a fact ends where the next takes its place, in the order in which things were said', () => {
  const [old] = keptOf([found('The visitor pays for the Starter plan', 't1')], [turn('v1', 't1', 'I pay for the Starter plan', { at: NOON })]);
  assert.ok(old);
  const [fresh, ended] = keptOf([found('The visitor pays for the Business plan', 't9', { replaces: [old.id] })], [turn('v1', 't9', 'I pay for the Business plan now', { at: NOON + 5 * DAY })], [old]);
  assert.deepEqual([fresh?.valid_to, ended?.id, ended?.valid_to, ended?.superseded_by], [null, old.id, NOON + 5 * DAY, fresh?.id]);
  // An older turn that is imported later does not overrule: it is past from the start.
  const late = keptOf([found('The visitor pays for the Free plan', 't0', { replaces: [old.id] })], [turn('v1', 't0', 'I am on the Free plan, I pay nothing', { at: NOON - 9 * DAY })], [old]);
  assert.deepEqual(late.map(({ text, valid_to: to, superseded_by: by }) => [text, to, by]), [['The visitor pays for the Free plan', NOON, old.id]]);
  // One that has ended already is not ended again, and ids that nobody knows do nothing.
  assert.ok(ended);
  assert.equal(keptOf([found('The visitor pays for the Team plan', 't9', { replaces: [ended.id, 'fact:none'] })], [turn('v1', 't9', 'I pay for the Team plan now', { at: NOON + 6 * DAY })], [ended]).length, 1);
});

test('a fact that says the opposite, or another number, is another one; the same said again is not', () => {
  const heard = [turn('v1', 't1', 'We use single sign-on with Okta for 3 offices, 48,212 documents and 1,500 people in the whole company, I think', { at: NOON })];
  const [old] = keptOf([found('The visitor uses single sign-on with Okta for 3 offices, 48,212 documents and 1,500 people in the whole company', 't1')], heard);
  assert.ok(old);
  const later = [turn('v1', 't2', "No, we do not use single sign-on with Okta any more, and for 3 offices, 48,212 documents it's 1,400 people in the whole company", { at: NOON + DAY })];
  assert.deepEqual(keptOf([
    found('The visitor does not use single sign-on with Okta for 3 offices, 48,212 documents and 1,500 people in the whole company', 't2'),
    found('The visitor uses single sign-on with Okta for 3 offices, 48,212 documents and 1,400 people in the whole company', 't2'),
    found('The visitor uses single sign-on with Okta for 3 offices, 48,212 documents and 1,500 people in the whole company', 't2', { replaces: [old.id] }),
  ], [...heard, ...later], [old]).map(({ id, text }) => [id === old.id, text.slice(0, 22), /\d+(?= people)/.exec(text)?.[0]]), [[false, 'The visitor does not u', '500'], [false, 'The visitor uses singl', '400']]);
});

test('numbers are those that were said, whole and in their own digits', () => {
  const keeps = (said: string, fact: string): boolean => keptOf([found(fact, 't1')], [turn('v1', 't1', said, { at: NOON })]).length === 1;
  assert.ok(keeps('my meter says 48,212 today', 'The meter of the visitor says 48212'));
  assert.ok(!keeps('my meter says 48,212 today', 'The meter of the visitor says 212'));
  assert.ok(!keeps('my company has people in Oslo', 'The company of the visitor has 2000 people in Oslo'));
  assert.ok(keeps('I moved to Oslo last year', 'The visitor moved to Oslo in 2025'));
  assert.ok(keeps('عندي ٤٢ كتابا في البيت', 'الزائر عنده ٤٢ كتابا في البيت'));
  assert.ok(!keeps('عندي ٤٢ كتابا في البيت', 'الزائر عنده ٧٧ كتابا في البيت'));
});

test('facts are kept in the language of the conversation, whose words have other endings there', () => {
  for (const [said, fact] of [
    ['Ich wohne in Oslo', 'Der Besucher wohnt in Oslo'], ['Wir bezahlen den Starter-Tarif', 'Die Kundin bezahlt den Starter-Tarif'], ["J'habite à Lyon", 'Le visiteur habite à Lyon'],
    ['Vivo en Sevilla con dos perros', 'El visitante vive en Sevilla con dos perros'], ['我住在奥斯陆', '访客住在奥斯陆'], ['Я живу в Осло и держу собак', 'Посетитель живёт в Осло и держит собак'],
  ] as const) assert.equal(keptOf([found(fact, 't1')], [turn('v1', 't1', said)]).length, 1, fact);
  assert.equal(keptOf([found('Der Besucher besitzt eine Segelyacht auf Mallorca', 't1')], [turn('v1', 't1', 'Ich wohne in Oslo')]).length, 0);
});

test('what was over when it was said is past; one sentence does not end everything', () => {
  const heard = [turn('v1', 't1', 'I lived in Oslo until March, and I have two dogs', { at: NOON })];
  const until = Date.UTC(2026, 3, 1);
  assert.deepEqual(keptOf([found('The visitor lived in Oslo until March', 't1', { until })], heard).map(({ valid_from: from, valid_to: to }) => [from, to]), [[until, until]]);
  const known = facts(20);
  assert.deepEqual(keptOf([found('The visitor has two dogs', 't1', { replaces: known.map(({ id }) => id) })], heard, known).map(({ text }) => text), ['The visitor has two dogs']);
});

test('a visitor does not get more facts than can be looked through at once', () => {
  const many = facts(500);
  const heard = [turn('v1', 't1', 'I moved to Oslo')];
  assert.equal(keptOf([found('The visitor moved to Oslo', 't1')], heard, many).length, 0);
  assert.equal(keptOf([found('The visitor moved to Oslo', 't1', { replaces: ['fact:7'] })], heard, many).length, 2);
});

test('turns that are read once more bring back no fact that has ended', () => {
  const heard = [turn('v1', 't1', 'I live in Oslo', { at: NOON })];
  const [old] = keptOf([found('The visitor lives in Oslo', 't1')], heard);
  assert.ok(old);
  assert.deepEqual(keptOf([found('The visitor lives in Oslo', 't1')], heard, [{ ...old, valid_to: NOON + DAY, superseded_by: 'fact:1' }]), []);
});
