/** Detection of private data: measured on both lists, in linear time, raising only, failing closed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classOf, classOfInput, detect, RAISES } from '../../../bff/route/sensitive.ts';
import { cpu } from '../../cpu.ts';
import { CLEAN, HELD } from './sensitive-cases.ts';
import { input, snippet } from './setup.ts';

const silent = (error: unknown): never => assert.fail(String(error));

describe('detection', () => {
  it('finds what is there', (t) => {
    const missed = HELD.filter(([finding, text]) => !detect(text).has(finding));
    t.diagnostic(`found ${HELD.length - missed.length} of ${HELD.length}`);
    assert.deepEqual(missed, []);
  });

  it('finds nothing where nothing is', (t) => {
    const alarms = CLEAN.flatMap((text) => (detect(text).size > 0 ? [[text, [...detect(text)]]] : []));
    t.diagnostic(`false alarms ${alarms.length} of ${CLEAN.length}`);
    assert.deepEqual(alarms, []);
  });

  it('finds it in the middle of anything', () => {
    for (const [finding, text] of HELD) {
      assert.ok(detect(`Hello, one question about my order.\n${text}\nThank you very much`).has(finding), text);
    }
  });

  it('knows a check digit from any other: one wrong digit is no card, no IBAN', () => {
    for (const text of ['4111111111111111', '378282246310005', 'DE89370400440532013000', 'NL91ABNA0417164300']) {
      for (let at = text.length - 6; at < text.length; at++) {
        const wrong = `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`;
        const found = detect(wrong);
        assert.ok(!found.has('card') && !found.has('iban'), wrong);
      }
    }
  });

  it('takes time in proportion to the text, whatever is in it', (t) => {
    const pieces = ['4111 ', '1 ', '0', '+49 ', 'a@', '@', 'a.', 'eyJ', 'eyJ-', 'eyJhbGciOiJ.', 'sk-', 'DE89 ', 'x', 'ab ', 'password ', 'password is ', 'api key: ', 'api_key=a', '://a:', 'http://', '[at] ', '12.', '- ', '\u0664', 'MRN ', '12345678', 'AKIA', 'RSSMRA85', '(', '\n', 'tel ', 'Bearer ', '-----BEGIN '];
    let worst = { piece: '', ms: 0 };
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(200_000 / piece.length));
      const began = cpu();
      detect(text);
      const ms = cpu() - began;
      if (ms > worst.ms) worst = { piece, ms };
    }
    t.diagnostic(`200 000 characters: ${worst.ms.toFixed(0)} ms of CPU at worst, of ${JSON.stringify(worst.piece)}`);
    assert.ok(worst.ms < 1_000, JSON.stringify(worst));
  });
});

describe('the data class of a step', () => {
  it('is raised by a finding and never lowered by its absence', () => {
    for (const [finding, text] of HELD) assert.notEqual(classOf([text], silent), 'public', finding);
    for (const text of CLEAN) for (const dataClass of ['public', 'internal', 'regulated'] as const) assert.equal(classOfInput(input(text, { dataClass }), silent), dataClass);
    assert.equal(classOfInput(input('bob@example.com'), silent), 'internal');
    assert.equal(classOfInput(input('bob@example.com', { dataClass: 'regulated' }), silent), 'regulated');
    assert.equal(RAISES.email, 'internal');
  });

  it('counts every text that goes to a model: earlier messages, snippets, tool results, arguments of calls', () => {
    const card = '4111 1111 1111 1111';
    const question = { role: 'user' as const, text: 'And now?' };
    const steps = [
      input(card),
      input('', { messages: [{ role: 'user', text: card }, question] }),
      input('', { messages: [{ role: 'assistant', text: `You wrote ${card}.`, calls: [] }, question] }),
      input('', { messages: [question, { role: 'assistant', text: '', calls: [{ id: 'c', name: 't', input: { pan: card } }] }] }),
      input('', { messages: [question, { role: 'tool', callId: 'c', name: 't', output: JSON.stringify({ pan: card }), failed: false }] }),
      input('Which?', { snippets: [snippet('s#1', 'Notes', null, `Paid with ${card}.`)] }),
      input('Which?', { snippets: [{ ...snippet('s#1', 'Notes', null, 'Nothing to see.'), dataClass: 'regulated' }] }),
      input('', { messages: [{ role: 'user', text: 'my card: 4111 1111' }, { role: 'assistant', text: 'Yes?', calls: [] }, { role: 'user', text: '1111 1111' }] }),
    ];
    for (const [at, step] of steps.entries()) assert.equal(classOfInput(step, silent), 'regulated', String(at));
  });

  it('fails closed: what breaks the reading or is too long to be read is regulated', () => {
    const heard: unknown[] = [];
    const broken = (): never => {
      throw new Error('broken');
    };
    assert.equal(classOf(['hello'], (error) => heard.push(error), broken), 'regulated');
    assert.equal(heard.length, 1);
    assert.equal(classOf(['a'.repeat(1_000_001)], silent), 'regulated');
  });
});
