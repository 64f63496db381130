/** What visitors do beside asking: ask anew, change a question, decide, comment, look where the time went; and what the closed panel says. */
import { expect } from '@open-wc/testing';
import type { Seen } from '../fake-bff.ts';
import { all, answerText, asked, bffUrl, chat, clean, find, key, need, seen, shadow, typed, until } from './help.ts';

afterEach(clean);

const button = (element: Element, part: string): HTMLElement => all(element, `[part~=${part}]`).at(-1) ?? expect.fail(`no ${part}`);
/** Requests for chats that match, in their order. */
const chats = async (match: (body: Record<string, unknown>) => boolean): Promise<Seen[]> => (await seen()).filter(({ path, body }) => path === '/api/chat' && match(body));
/** Answers, once there are so many requests. */
async function requests(text: string, count: number): Promise<Record<string, unknown>[]> {
  for (let looks = 0; looks < 100; looks++) {
    const found = await chats((body) => JSON.stringify(body['messages']).includes(text));
    if (found.length >= count) return found.map(({ body }) => body);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`${text} was not sent ${count} times`);
}
const firstMessage = (body: Record<string, unknown> | undefined): { id: string; role: string; parts: Record<string, unknown>[] } =>
  ((body?.['messages'] ?? []) as { id: string; role: string; parts: Record<string, unknown>[] }[])[0] ?? expect.fail('no message');

describe('the last question', () => {
  it('is answered again, in place of the answer before', async () => {
    const element = await chat();
    const question = `again, ${crypto.randomUUID()}`;
    await asked(element, question);
    button(element, 'regenerate').click();
    const [, second] = await requests(question, 2);
    await until('the answer', () => !find(element, '.stop') && answerText(element) !== '');
    expect(second?.['trigger']).to.equal('regenerate-message');
    expect(second?.['messageId']).to.equal(firstMessage(second).id);
    expect([all(element, '.question').length, all(element, '.answer').length]).to.deep.equal([1, 1]);
    expect(shadow(element).activeElement?.className).to.equal('scroll');
  });

  it('is put in other words, and what followed is gone', async () => {
    const element = await chat();
    await asked(element, 'first words');
    await asked(element, 'second words');
    button(element, 'edit').click();
    const field = await until('the form', () => find<HTMLTextAreaElement>(element, '[part=edit-form] textarea'));
    await until('the focus', () => shadow(element).activeElement === field);
    expect(field.value).to.equal('second words');
    field.value = 'third words';
    key(field, 'Enter');
    const [body] = await requests('third words', 1);
    await until('the answer', () => !find(element, '.stop') && all(element, '.answer').length === 2);
    expect(body?.['trigger']).to.equal('submit-message');
    expect(body?.['messageId']).to.equal(firstMessage(body).id);
    expect(all(element, '.question').map((question) => question.textContent?.replace(/^You: /, ''))).to.deep.equal(['first words', 'third words']);
    expect(all(element, '[part=edit-form]').length).to.equal(0);
  });

  it('stays as it was after Escape, and the panel stays open', async () => {
    const element = await chat();
    await asked(element, 'hello');
    button(element, 'edit').click();
    key(await until('the form', () => find(element, '[part=edit-form] textarea')), 'Escape');
    await element.updateComplete;
    expect(all(element, '[part=edit-form]').length).to.equal(0);
    expect(element.isOpen).to.equal(true);
    expect(shadow(element).activeElement?.id).to.equal('input');
  });
});

describe('a tool that wants consent', () => {
  it('is named with its arguments, and runs after a yes', async () => {
    const element = await chat();
    await asked(element, 'approve it');
    const card = await until('the card', () => find(element, '[part=approval]'));
    expect(card.querySelector('.card-title')?.textContent).to.equal('May the assistant run “Cancel an order”?');
    expect([...card.querySelectorAll('.fields div')].map((field) => [...field.children].map((cell) => cell.textContent))).to.deep.equal([
      ['Order number', '10482'], ['Reason', 'Ordered twice'], ['Refund', 'to: card, amount: 49.00 EUR']]);
    expect(need(element, '.tool.approval').textContent).to.contain('needs your consent');
    card.querySelector('button')?.click();
    await until('the rest', () => answerText(element).includes('I can do that') && all(element, '.prose').at(-1)?.textContent === 'The order is cancelled.' && !find(element, '.stop'));
    expect([all(element, '.answer').length, all(element, '[part=approval]').length, all(element, '.tool.done').length]).to.deep.equal([1, 0, 1]);
    const [body] = await requests('approval-c1', 1);
    expect(firstMessage(body).role).to.equal('assistant');
    expect(body?.['messageId']).to.equal(firstMessage(body).id);
    expect(firstMessage(body).parts).to.deep.equal([{
      type: 'tool-orders.cancel_order', toolCallId: 'c1', state: 'approval-responded',
      input: { order_number: 10_482, reason: 'Ordered twice', refund: { to: 'card', amount: '49.00 EUR' } }, approval: { id: 'approval-c1', approved: true },
    }]);
  });

  it('is left alone after a no', async () => {
    const element = await chat();
    await asked(element, 'approve it');
    (await until('the card', () => all(element, '[part=approval] button')[1])).click();
    await until('the rest', () => all(element, '.prose').at(-1)?.textContent === 'Then I leave it as it is.');
    expect(need(element, '.tool').className).to.contain('denied');
  });

  it('waits until every one of several is decided', async () => {
    const element = await chat();
    await asked(element, 'approve both');
    await until('both cards', () => all(element, '[part=approval]').length === 2);
    need(element, '[part=approval] button').click();
    await element.updateComplete;
    expect([all(element, '[part=approval]').length, all(element, '.stop').length]).to.deep.equal([1, 0]);
    all(element, '[part=approval] button')[1]?.click();
    const [body] = await requests('approval-c2', 1);
    expect(firstMessage(body).parts.map(({ approval }) => approval)).to.deep.equal([{ id: 'approval-c1', approved: true }, { id: 'approval-c2', approved: false }]);
  });
});

describe('around an answer', () => {
  it('suggests questions that an answer asks back with', async () => {
    const element = await chat();
    await asked(element, 'clarify');
    const [monday] = all(element, '.answer .prompt');
    expect(monday?.textContent).to.equal('The one from Monday');
    monday?.click();
    await requests('The one from Monday', 1);
    await until('the end', () => all(element, '.answer').length === 2 && !find(element, '.stop'));
    expect(all(element, '.answer .prompt').length).to.equal(0);
  });

  it('asks what was wrong after a thumb down, sends both, and gives the focus back', async () => {
    const element = await chat();
    await asked(element, 'hello');
    button(element, 'down').click();
    const field = await until('the form', () => find<HTMLTextAreaElement>(element, '[part=feedback] textarea'));
    field.value = 'It was about something else.';
    key(field, 'Enter');
    await until('thanks', () => need(element, '.thanks').textContent !== '');
    expect(shadow(element).activeElement?.getAttribute('aria-label')).to.equal('Bad answer');
    const sent = await until2(async () => (await seen()).filter(({ path, body }) => path === '/api/feedback' && body['comment'] !== undefined).at(-1));
    expect([sent.body['rating'], sent.body['comment']]).to.deep.equal(['down', 'It was about something else.']);
  });

  it('shows where the time went, and links to the status page', async () => {
    const element = await chat({ timing: '', 'status-url': 'https://status.example/' });
    await asked(element, 'hello');
    (await until('the timing', () => find<HTMLElement>(element, '.timing'))).click();
    const card = await until('the trail', () => find(element, '[part=trail]'));
    const rows = [...card.querySelectorAll('tr')].map((row) => row.querySelector('th')?.textContent);
    expect(rows).to.include.members(['Network', 'Looking it up', 'Model', 'First word on screen', 'Whole answer']);
    expect([...card.querySelectorAll('td:last-child')].every((cell) => /^[\d.,]+ m?s$/.test(cell.textContent ?? ''))).to.equal(true);
    const took = (name: string): number => {
      const text = [...card.querySelectorAll('tr')].find((row) => row.querySelector('th')?.textContent === name)?.lastElementChild?.textContent ?? '';
      return Number.parseFloat(text) * (text.endsWith(' ms') ? 1 : 1_000);
    };
    expect(took('Whole answer')).to.be.at.least(took('Network') + took('Model'));
    expect(card.querySelector('a')?.href).to.equal('https://status.example/');
    expect(need(element, '.timing').getAttribute('aria-expanded')).to.equal('true');
    need(element, '.timing').click();
    await element.updateComplete;
    expect(all(element, '[part=trail]').length).to.equal(0);
  });

  it('turns files away in a sentence, and lets text through', async () => {
    const element = await chat();
    element.open();
    await element.updateComplete;
    // Firefox lets no page make such an event with data in it, so what is read of it is put there by hand.
    const bring = (type: string, property: string, ...types: string[]): boolean =>
      need(element, '#input').dispatchEvent(Object.defineProperty(new Event(type, { bubbles: true, cancelable: true }), property, { value: { types } }));
    expect([bring('paste', 'clipboardData', 'text/plain'), bring('dragover', 'dataTransfer', 'Files')]).to.deep.equal([true, false]);
    await element.updateComplete;
    expect(need(element, '.limit').textContent).to.equal('');
    for (const [type, property] of [['paste', 'clipboardData'], ['drop', 'dataTransfer']] as const) {
      expect(bring(type, property, 'Files')).to.equal(false);
      await element.updateComplete;
      expect(need(element, '.limit').textContent).to.contain('Files cannot be sent');
      typed(element, 'in words then');
      await element.updateComplete;
      expect(need(element, '.limit').textContent).to.equal('');
    }
  });
});

describe('while the panel is closed', () => {
  it('counts answers that nobody saw, and forgets them when opened', async () => {
    const element = await chat();
    element.send('hello');
    element.close();
    await until('the number', () => need(element, '.launcher').dataset['unread'] === '1');
    expect(need(element, '.launcher').getAttribute('aria-label')).to.equal('Open chat, 1 new answer');
    element.open();
    await element.updateComplete;
    expect(need(element, '.launcher').dataset['unread']).to.equal(undefined);
  });

  it('lets the page speak first, without taking the focus, once', async () => {
    const before = document.activeElement;
    const element = await chat({ proactive: 'Any questions?', 'proactive-delay': '0.05' });
    expect(all(element, '.proactive').length).to.equal(0);
    const bubble = await until('the bubble', () => find(element, '.proactive'));
    expect(bubble.textContent).to.contain('Any questions?');
    expect(document.activeElement).to.equal(before);
    bubble.querySelectorAll<HTMLElement>('button')[1]?.click();
    await element.updateComplete;
    expect([all(element, '.proactive').length, element.isOpen]).to.deep.equal([0, false]);
    element.remove();
    const second = await chat({ proactive: 'Any questions?', 'proactive-delay': '0' }, true);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(all(second, '.proactive').length).to.equal(0);
  });

  it('opens from the bubble; without consent nothing of it is kept', async () => {
    const element = await chat({ proactive: 'Any questions?', 'proactive-delay': '0', consent: 'pending' });
    (await until('the bubble', () => find<HTMLElement>(element, '.proactive-text'))).click();
    await element.updateComplete;
    expect([element.isOpen, all(element, '.proactive').length, JSON.stringify({ ...localStorage }).includes('Any questions')]).to.deep.equal([true, 0, false]);
  });
});

describe('what the status page says', () => {
  it('is shown when an incident is open, with a link, until it is dismissed', async () => {
    const element = await chat({ 'status-url': `${bffUrl}/status-incident` });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(all(element, '.notice').length).to.equal(0);
    element.open();
    const notice = await until('the notice', () => find(element, '.notice'));
    expect(notice.textContent).to.contain('Answers are slow in Europe');
    expect(notice.querySelector('a')?.href).to.equal('https://status.example/incidents/i1');
    notice.querySelector('button')?.click();
    await element.updateComplete;
    expect(all(element, '.notice').length).to.equal(0);
    expect(Object.values({ ...localStorage }).join(''), 'kept for after a reload').to.contain('"dismissed":["incident i1"]');
  });

  it('is dismissed for this page only where nothing may be kept', async () => {
    const element = await chat({ 'status-url': `${bffUrl}/status-incident`, consent: '', mode: 'inline' });
    (await until('the notice', () => find(element, '.notice'))).querySelector('button')?.click();
    await element.updateComplete;
    expect(all(element, '.notice').length).to.equal(0);
    expect(localStorage.length).to.equal(0);
  });

  it('is shown in a sentence when a part of the service is slow', async () => {
    const element = await chat({ 'status-url': `${bffUrl}/status-slow/`, mode: 'inline' });
    expect((await until('the notice', () => find(element, '.notice'))).textContent).to.contain('longer than usual');
  });

  for (const state of ['fine', 'missing']) {
    it(`is nothing when it is ${state}`, async () => {
      const element = await chat({ 'status-url': `${bffUrl}/status-${state}` });
      element.open();
      await asked(element, 'hello');
      expect(all(element, '.notice').length).to.equal(0);
    });
  }
});

async function until2<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let looks = 0; looks < 100; looks++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error('waited in vain');
}
