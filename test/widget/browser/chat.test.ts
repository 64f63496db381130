/** The panel with a real bff's stream: ask, watch, stop, retry, reload. */
import { expect } from '@open-wc/testing';
import type { Seen } from '../fake-bff.ts';
import { all, answerText, asked, chat, clean, find, key, need, seen, typed, until } from './help.ts';

afterEach(clean);

describe('a question and its answer', () => {
  it('sends with Enter, shows the thinking line at once, streams, and lists sources', async () => {
    const element = await chat({ timing: '' });
    element.open();
    const input = typed(element, 'slow please');
    expect(key(input, 'Enter').defaultPrevented).to.equal(true);
    await element.updateComplete;
    expect(need(element, '.question').textContent).to.contain('slow please');
    expect(need(element, '.thinking').textContent).to.match(/0\.\d s/);
    await until('the sentence of the server', () => find(element, '.thinking')?.textContent?.includes('Searching the docs'));
    await until('the first words', () => answerText(element).includes('Halfsecond'));
    expect(find(element, '.thinking')).to.equal(null);
    need(element, '.stop').click();
    await until('the end', () => find(element, '.note.stopped'));
    expect(need(element, '.note').textContent).to.contain('Stopped.');
  });

  it('has sources, the built-in label and the measured time', async () => {
    const element = await chat({ timing: '' });
    await asked(element, 'hello');
    expect(answerText(element)).to.equal('Hello! Glad you are here.');
    const source = need<HTMLAnchorElement>(element, '.source');
    expect(source.getAttribute('href')).to.equal('/docs/README.md#a');
    expect(source.rel).to.contain('noopener');
    expect(need(element, '.badge').textContent).to.equal('Built-in answer');
    await until('the timing line', () => /first word \d+\.\d\d s/.test(need(element, '.foot').textContent ?? ''));
  });

  it('reports the timings of the turn with its trace', async () => {
    const element = await chat();
    element.open();
    key(typed(element, 'measure me'), 'Enter');
    const marks = await poll('/api/marks');
    const { keyToSend, sendToFirstByte, firstByteToPaint, total, traceId } = marks as Record<string, number>;
    expect(String(traceId)).to.match(/^[0-9a-f]{32}$/);
    for (const value of [keyToSend, sendToFirstByte, firstByteToPaint, total]) expect(value).to.be.within(0, 5_000);
    expect((keyToSend ?? 0) + (sendToFirstByte ?? 0) + (firstByteToPaint ?? 0)).to.be.closeTo(total ?? -1, 0.01);
  });

  it('shows tools by name with their durations', async () => {
    const element = await chat();
    const states: string[] = [];
    element.addEventListener('halfsecond:tool', (event) => states.push(`${(event as CustomEvent<{ name: string; state: string }>).detail.name} ${(event as CustomEvent<{ state: string }>).detail.state}`));
    element.send('use a tool');
    await until('the tool at work', () => find(element, '.tool.running .tool-name')?.textContent === 'Service health');
    await until('the answer', () => answerText(element).includes('healthy'));
    await until('the end', () => !find(element, '.stop'));
    expect(all(element, '.tool').map((tool) => tool.querySelector('.tool-name')?.textContent)).to.deep.equal(['Service health', 'Search pages']);
    expect(all(element, '.tool-time').every((time) => /^\d+ ms$/.test(time.textContent ?? ''))).to.equal(true);
    expect(states).to.deep.equal(['service_health running', 'docs.search_pages running', 'docs.search_pages done', 'service_health done']);
  });

  it('offers a person', async () => {
    const element = await chat();
    await asked(element, 'handoff');
    expect((await until('the card', () => find<HTMLAnchorElement>(element, '[part=handoff] a'))).href).to.equal('https://example.com/contact');
  });

  it('emits its events, bubbling and composed', async () => {
    const heard: string[] = [];
    const names = ['open', 'message', 'first-token', 'feedback', 'close'].map((name) => `halfsecond:${name}`);
    const listen = (event: Event): void => void heard.push(event.type.slice(11));
    for (const name of names) document.addEventListener(name, listen);
    const element = await chat();
    await asked(element, 'hello');
    await until('the first token', () => heard.includes('first-token'));
    need(element, '[aria-label="Good answer"]').click();
    await until('both messages and the feedback', () => heard.length === 5);
    element.close();
    await until('the end', () => heard.includes('close'));
    for (const name of names) document.removeEventListener(name, listen);
    expect(heard.toSorted()).to.deep.equal(['close', 'feedback', 'first-token', 'message', 'message', 'open']);
  });
});

describe('when it goes wrong', () => {
  it('marks a cut answer and tries again', async () => {
    const element = await chat();
    const question = `truncated, ${crypto.randomUUID()}`;
    await asked(element, question);
    expect(need(element, '.note.truncated').textContent).to.contain('cut off');
    need(element, '[part=retry]').click();
    const tries = await attempts(question, 2);
    await until('its end', () => find(element, '.note.truncated'));
    expect(all(element, '.question').length).to.equal(1);
    const [sent] = (tries.at(-1)?.body['messages'] ?? []) as { id: string }[];
    expect(tries.at(-1)?.body['messageId']).to.equal(sent?.id);
  });

  it('says an error code in words, and how long to wait', async () => {
    const element = await chat();
    await asked(element, 'refused');
    expect(need(element, '.note.failed').textContent).to.contain('try again in 7 s');
    need(element, '[part=retry]').click();
    await until('the answer', () => answerText(element) === 'Now it works.');
  });

  it('keeps what came before an error', async () => {
    const element = await chat();
    await asked(element, 'error');
    expect(answerText(element)).to.equal('Half of it');
    expect(need(element, '.note.failed').textContent).to.contain('busy right now');
  });

  it('takes a web page for no answer', async () => {
    const element = await chat();
    await asked(element, 'a page');
    expect(need(element, '.note.failed').textContent).to.contain('went wrong on our side');
  });

  it('is not confused by doubled, unknown and late events', async () => {
    const element = await chat();
    await asked(element, 'a mess');
    expect(answerText(element)).to.equal('Before its start, and after.');
  });

  it('goes on after a cut as if nothing had happened', async () => {
    const element = await chat();
    element.send('cut it');
    await until('the notice', () => find(element, '.thinking')?.textContent?.includes('Reconnecting'));
    await until('the rest', () => answerText(element) === 'One two three four five six seven eight nine ten.');
    await until('the end', () => !find(element, '.stop'));
    expect(find(element, '.note')).to.equal(null);
  });

  for (const question of ['lost', 'lost at once']) {
    it(`completes an answer from the stored chat when its stream is ${question}`, async () => {
      const element = await chat();
      await asked(element, question);
      expect(answerText(element)).to.equal('One two three four five six seven eight nine ten.');
      expect(find(element, '.note')).to.equal(null);
    });
  }
});

describe('over a reload', () => {
  it('shows the stored conversation again and keeps its chat', async () => {
    const first = await chat();
    await asked(first, 'hello');
    first.remove();
    const second = await chat({}, true);
    await until('the stored answer', () => answerText(second) === 'Hello! Glad you are here.');
    expect(all(second, '.question').length).to.equal(1);
    expect(all(second, '.source').length).to.equal(1);
  });

  it('goes on with an answer that is still running', async () => {
    const first = await chat();
    first.send('slow please');
    await until('some words', () => answerText(first).includes('Halfsecond'));
    first.remove();
    const second = await chat({}, true);
    await until('the rest', () => answerText(second).includes('Nothing else is needed.'), 8_000);
    await until('the end', () => !find(second, '.stop'));
    expect(all(second, '.answer').length).to.equal(1);
  });

  it('keeps the draft and the open panel', async () => {
    const first = await chat();
    first.open();
    typed(first, 'half a thought');
    await first.updateComplete;
    first.remove();
    const second = await chat({}, true);
    await until('the open panel', () => second.isOpen);
    await second.updateComplete;
    expect(need<HTMLTextAreaElement>(second, '#input').value).to.equal('half a thought');
    expect(document.activeElement).to.not.equal(second);
  });

  it('starts anew after reset', async () => {
    const element = await chat();
    await asked(element, 'hello');
    element.reset();
    await element.updateComplete;
    expect(all(element, '.question').length).to.equal(0);
    element.remove();
    const second = await chat({}, true);
    await second.updateComplete;
    expect(all(second, '.question').length).to.equal(0);
  });
});

/** The requests that asked this, once there are so many. */
async function attempts(question: string, count: number): Promise<Seen[]> {
  for (let looks = 0; looks < 100; looks++) {
    const found = (await seen()).filter(({ path, body }) => path === '/api/chat' && JSON.stringify(body['messages']).includes(question));
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`"${question}" was not asked ${count} times`);
}

async function poll(path: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 100; tries++) {
    const found = (await seen()).findLast((request) => request.path === path);
    if (found) return found.body;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error(`nothing was posted to ${path}`);
}
