/** Keyboard, screen reader, languages, and axe in every state. */
import { expect } from '@open-wc/testing';
import type { AxeResults, RunOptions } from 'axe-core';
import { all, asked, chat, clean, find, key, need, shadow, typed, until } from './help.ts';

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
  it('get a named dialog and two announcements for an answer', async () => {
    const element = await chat();
    const lines: string[] = [];
    const live = need(element, '#live');
    const observer = new MutationObserver((records) => {
      for (const record of records) for (const node of record.addedNodes) lines.push(node.textContent ?? '');
    });
    observer.observe(live, { childList: true });
    await asked(element, 'rich');
    await until('both lines', () => lines.length >= 2);
    observer.disconnect();
    expect(need(element, '.panel').getAttribute('role')).to.equal('dialog');
    expect(live.getAttribute('aria-live')).to.equal('polite');
    expect(lines.length).to.equal(2);
    expect(lines[1]).to.contain('Halfsecond is a support chat');
    expect(lines[1]).to.not.match(/[*`#]/);
  });
});

describe('axe finds nothing', () => {
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
      for (const button of all(element, '[aria-label="Bad answer"]')) button.click();
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
