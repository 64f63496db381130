/** Keyboard, screen reader, languages, and axe in every state. */
import { expect } from '@open-wc/testing';
import type { AxeResults, RunOptions } from 'axe-core';
import { createAnnouncer } from '../../../widget/chat/announce.ts';
import { english } from '../../../widget/locales/load.ts';
import { blankMessage, type Message } from '../../../widget/stream/transcript.ts';
import { all, asked, bffUrl, chat, clean, find, key, need, shadow, typed, until } from './help.ts';

// axe-core is a classic script.
const script = document.createElement('script');
script.src = '/node_modules/axe-core/axe.min.js';
await new Promise((resolve, reject) => {
  script.onload = resolve;
  script.onerror = reject;
  document.head.append(script);
});
const { axe } = window as unknown as { axe: { run(context: Element, options: RunOptions): Promise<AxeResults> } };

afterEach(clean);

async function violations(element: Element): Promise<string[]> {
  // Fading in counts as low contrast: animations are brought to their end first.
  for (const animation of shadow(element).getAnimations()) if (animation.effect?.getComputedTiming().iterations !== Infinity) animation.finish();
  const { violations: found } = await axe.run(element, { resultTypes: ['violations'] });
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary ?? ''}`));
}

describe('keyboard', () => {
  it('breaks the line with Shift+Enter and leaves Enter to an input method', async () => {
    const element = await chat();
    element.open();
    const input = typed(element, 'にほん');
    expect(key(input, 'Enter', { shiftKey: true }).defaultPrevented).to.equal(false);
    expect(key(input, 'Enter', { isComposing: true }).defaultPrevented).to.equal(false);
    expect(key(input, 'Enter', { keyCode: 229 } as KeyboardEventInit).defaultPrevented).to.equal(false);
    await element.updateComplete;
    expect(all(element, '.question').length).to.equal(0);
    key(input, 'Enter');
    await until('the question', () => all(element, '.question').length === 1);
  });

  it('does not send nothing', async () => {
    const element = await chat();
    element.open();
    key(typed(element, '  \n '), 'Enter');
    await element.updateComplete;
    expect(all(element, '.question').length).to.equal(0);
  });

  it('opens into the input, closes with Escape, and gives the focus back', async () => {
    const element = await chat();
    const launcher = need<HTMLButtonElement>(element, '.launcher');
    launcher.focus();
    launcher.click();
    await element.updateComplete;
    expect(shadow(element).activeElement?.id).to.equal('input');
    expect(launcher.getAttribute('aria-expanded')).to.equal('true');
    key(need(element, '#input'), 'Escape');
    await element.updateComplete;
    expect(element.isOpen).to.equal(false);
    expect(shadow(element).activeElement).to.equal(launcher);
  });

  it('gives the focus back to whatever opened it', async () => {
    const button = document.createElement('button');
    document.body.append(button);
    const element = await chat();
    button.focus();
    element.open();
    await element.updateComplete;
    element.close();
    await element.updateComplete;
    expect(document.activeElement).to.equal(button);
    button.remove();
  });
});

describe('screen readers', () => {
  it('get a named dialog, and an answer in a few announcements', async () => {
    const element = await chat();
    const lines: string[] = [];
    const live = need(element, '#live');
    const observer = new MutationObserver((records) => {
      for (const record of records) for (const node of record.addedNodes) lines.push(node.textContent ?? '');
    });
    observer.observe(live, { childList: true });
    await asked(element, 'rich');
    await until('the beginning and the end', () => lines.join(' ').includes('Nothing else is needed'));
    observer.disconnect();
    expect(need(element, '.panel').getAttribute('role')).to.equal('dialog');
    expect(live.getAttribute('aria-live')).to.equal('polite');
    // Two on a machine that is as fast as the answer; batches of sentences come between them on a slow one.
    expect(lines.length).to.be.within(2, 4);
    expect(lines[0]).to.equal(english.announceThinking);
    expect(lines[1]).to.contain('Halfsecond is a support chat');
    expect(lines.join(' ')).to.not.match(/[*`#]/);
  });
});

describe('an answer in the ear', () => {
  const clock = performance.now.bind(performance);
  afterEach(() => {
    performance.now = clock;
  });

  it('is the beginning, then sentences in batches, four lines at most, and every sentence once', () => {
    const region = document.createElement('div');
    const announcer = createAnnouncer();
    announcer.attach(region);
    let now = 1_000;
    performance.now = () => now;
    const sentences = Array.from({ length: 60 }, (_, at) => `Sentence ${at} is said once and in its place.`);
    const message = (text: string, state: Message['state']): Message => ({ ...blankMessage('a', 'assistant', state), parts: [{ type: 'text', id: 't', text, done: state === 'done' }] });
    for (let at = 0; at < sentences.length; at++) {
      now += 500;
      announcer.tell(message(`${sentences.slice(0, at).join(' ')} Half a sen`, 'streaming'), english);
    }
    announcer.tell(message(sentences.join(' '), 'done'), english);
    const lines = [...region.children].map((line) => line.textContent ?? '');
    expect(lines.length).to.equal(4);
    expect(lines[0]).to.equal(english.announceThinking);
    expect(lines.slice(1).join(' ').startsWith(sentences.slice(0, 30).join(' '))).to.equal(true);
    expect(lines.join(' ')).to.not.contain('Half a sen');
  });

  it('begins anew after a conversation that was left in mid-answer, and does not tell twice what goes on after a yes', () => {
    const region = document.createElement('div');
    const announcer = createAnnouncer();
    announcer.attach(region);
    let now = 0;
    performance.now = () => now;
    const message = (id: string, text: string, state: Message['state']): Message => ({ ...blankMessage(id, 'assistant', state), parts: [{ type: 'text', id: 't', text, done: false }] });
    announcer.tell(message('a', '', 'streaming'), english);
    now = 10_000;
    announcer.tell(message('a', 'A sentence that is left. '.repeat(20), 'streaming'), english);
    announcer.tell(null, english);
    region.replaceChildren();
    announcer.tell(message('b', '', 'streaming'), english);
    announcer.tell(message('b', 'May I look it up?', 'done'), english);
    announcer.tell(message('b', 'May I look it up?', 'streaming'), english);
    announcer.tell(message('b', 'May I look it up? It is on its way.', 'done'), english);
    expect([...region.children].map((line) => line.textContent)).to.deep.equal([english.announceThinking, 'May I look it up?', english.announceThinking, 'It is on its way.']);
  });

  it('says how it ended, and never code that is still open', () => {
    const region = document.createElement('div');
    const announcer = createAnnouncer();
    announcer.attach(region);
    let now = 0;
    performance.now = () => now;
    const text = `Run this. \`\`\`sh\n${'echo hello. '.repeat(40)}`;
    const message: Message = { ...blankMessage('a', 'assistant', 'streaming'), parts: [{ type: 'text', id: 't', text, done: false }] };
    announcer.tell(message, english);
    now = 10_000;
    announcer.tell(message, english);
    announcer.tell({ ...message, state: 'truncated' }, english);
    expect([...region.children].map((line) => line.textContent)).to.deep.equal([english.announceThinking, `Run this. ${english.truncated}`]);
  });
});

describe('axe finds nothing', () => {
  it('in Arabic, from right to left', async () => {
    const element = await chat({ lang: 'ar', timing: '', prompts: 'واحد؟|اثنان؟' });
    await until('Arabic', () => need(element, '.panel').getAttribute('dir') === 'rtl');
    element.open();
    await element.updateComplete;
    expect((await violations(element)).join('\n')).to.equal('');
    await asked(element, 'rich, use a tool');
    expect((await violations(element)).join('\n')).to.equal('');
    const [title, close] = [need(element, '#title'), need(element, '[part=close]')].map((part) => part.getBoundingClientRect());
    expect(close?.right).to.be.below(title?.left ?? 0);
  });

  for (const theme of ['light', 'dark']) {
    it(`with every card, ${theme}`, async () => {
      const element = await chat({ theme, timing: '', 'status-url': `${bffUrl}/status-incident` });
      await asked(element, 'approve');
      await until('the card', () => find(element, '[part=approval]'));
      await until('the notice', () => find(element, '.notice'));
      expect((await violations(element)).join('\n')).to.equal('');
      await asked(element, 'clarify');
      (await until('the timing', () => all(element, '.timing').at(-1))).click();
      all(element, '[part=down]').at(-1)?.click();
      all(element, '[part=edit]').at(-1)?.click();
      await until('all of them', () => find(element, '[part=trail]') && find(element, '[part=feedback]') && find(element, '[part=edit-form]'));
      expect((await violations(element)).join('\n')).to.equal('');
    });

    it(`with a bubble and a number on the launcher, ${theme}`, async () => {
      const element = await chat({ theme, proactive: 'Questions?', 'proactive-delay': '0' });
      await until('the bubble', () => find(element, '.proactive'));
      expect((await violations(element)).join('\n')).to.equal('');
      element.send('slow');
      element.close();
      element.stop();
      await until('the number', () => find(element, '[data-unread]'));
      expect((await violations(element)).join('\n')).to.equal('');
    });
  }

  for (const theme of ['light', 'dark']) {
    it(`closed and open, ${theme}`, async () => {
      const element = await chat({ theme, prompts: 'One?|Two?', 'status-url': 'https://status.example/' });
      expect((await violations(element)).join('\n')).to.equal('');
      element.open();
      await element.updateComplete;
      expect((await violations(element)).join('\n')).to.equal('');
    });

    it(`while an answer streams, ${theme}`, async () => {
      const element = await chat({ theme });
      element.send('slow please');
      await until('the thinking line', () => find(element, '.thinking'));
      expect((await violations(element)).join('\n')).to.equal('');
      await until('some words', () => (find(element, '.prose')?.textContent?.length ?? 0) > 100);
      expect((await violations(element)).join('\n')).to.equal('');
    });

    it(`with everything an answer can have, ${theme}`, async () => {
      const element = await chat({ theme, timing: '' });
      await asked(element, 'rich');
      await asked(element, 'tool');
      await asked(element, 'handoff');
      await asked(element, 'truncated');
      await asked(element, 'error');
      await element.updateComplete;
      expect((await violations(element)).join('\n')).to.equal('');
    });
  }
});

describe('languages', () => {
  it('speaks German when asked to', async () => {
    const element = await chat({ lang: 'de-AT' });
    await until('German', () => find(element, '#input')?.getAttribute('placeholder') === 'Frage stellen…');
    expect(need(element, '.launcher').getAttribute('aria-label')).to.equal('Chat öffnen');
  });
  it('falls back to English', async () => {
    const element = await chat({ lang: 'tlh' });
    expect(need(element, '#input').getAttribute('placeholder')).to.equal('Ask a question…');
  });
});

describe('looks', () => {
  it('takes the page\'s properties', async () => {
    const element = await chat();
    element.style.setProperty('--hs-accent', 'rgb(1, 2, 3)');
    expect(getComputedStyle(need(element, '.launcher')).backgroundColor).to.equal('rgb(1, 2, 3)');
    expect(getComputedStyle(need(element, '.avatar')).backgroundColor).to.equal('rgb(1, 2, 3)');
  });
  it('has an input that phones do not zoom into', async () => {
    const element = await chat({ mode: 'inline' });
    expect(getComputedStyle(need(element, '#input')).fontSize).to.equal('16px');
  });
});
