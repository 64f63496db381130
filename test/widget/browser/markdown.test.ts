/** Markdown in a real DOM: what is finished is never touched, nothing flashes, nothing freezes, code gets its colours. */
import { expect } from '@open-wc/testing';
import { html, render } from 'lit/html.js';
import { rich } from '../../../widget/chat/rich.ts';
import { createMarkdown } from '../../../widget/markdown/markdown.ts';
import { COLOURS } from '../../../widget/markdown/colour.ts';
import { words } from '../written.ts';
import { all, asked, chat, clean, need, shadow, until } from './help.ts';

afterEach(clean);

describe('a link', () => {
  it('shows where it goes, unless its words begin with just that', () => {
    const root = document.createElement('div');
    const stream = createMarkdown(document, root, words);
    stream.write('[refunds](https://shop.example/a) [shop.example](https://shop.example/a) [https://shop.example/a](https://shop.example/a?b) https://shop.example/a '
      + '[shop.example.evil](https://shop.example/a) [shop.example@evil](https://shop.example/a) [https://bank.example/shop.example](https://shop.example/a) [write to us](mailto:a@b.example) [a@b.example](mailto:a@b.example)');
    stream.end();
    expect([...root.querySelectorAll('a')].map((link) => link.getAttribute('data-to'))).to.deep.equal(['shop.example', null, null, null, 'shop.example', 'shop.example', 'shop.example', 'a@b.example', null]);
  });
});

const text = `# One

A paragraph with **bold words**, \`code\`, [a link](https://a.example/b) and *more*.

- an item
- another
  1. inside

| a | b |
|---|---|
| 1 | 2 |

> quoted

\`\`\`js
const a = 1;
\`\`\`

- [x] done

The end, ~~gone~~.
`;

describe('a growing answer', () => {
  it('is written anew when it turns out to be another, longer one', () => {
    const root = document.createElement('div');
    for (const said of ['Press stop, ', 'Press stop, or open while', 'Press stop, or open another tab while it ', 'Press stop, or open another tab while it is written.']) {
      render(html`<div ${rich('0.0:t', said, said.endsWith('.'), words)}></div>`, root);
    }
    expect(root.textContent).to.equal('Press stop, or open another tab while it is written.');
  });

  it('never touches a finished block again, and keeps every node of it', async () => {
    const root = document.createElement('div');
    document.body.append(root);
    const stream = createMarkdown(document, root, words);
    const finished = new Map<Node, string>();
    const touched: string[] = [];
    const observer = new MutationObserver((records) => {
      for (const { target } of records) for (const block of finished.keys()) if (block.contains(target)) touched.push(block.textContent ?? '');
    });
    observer.observe(root, { childList: true, characterData: true, attributes: true, subtree: true });
    for (const char of text.repeat(2)) {
      stream.write(char);
      stream.flush();
      await Promise.resolve();
      const blocks = [...root.children].slice(0, -1);
      for (const block of blocks) if (!finished.has(block)) finished.set(block, (block as HTMLElement).outerHTML);
    }
    stream.end();
    await Promise.resolve();
    expect(touched).to.deep.equal([]);
    for (const [block, html] of finished) {
      expect(block.parentNode).to.equal(root);
      expect((block as HTMLElement).outerHTML).to.equal(html);
    }
    expect(finished.size).to.be.greaterThan(14);
    root.remove();
  });

  it('shows no mark of Markdown that is still to become something else', () => {
    const root = document.createElement('div');
    const stream = createMarkdown(document, root, words);
    for (const char of text) {
      stream.write(char);
      stream.flush();
      expect(root.textContent).to.not.match(/[*`[\]|#>~]|https?:|--/);
    }
  });

  it('works a very long one off without holding a frame up', async () => {
    const element = await chat({ mode: 'inline' });
    let longest = 0;
    let frames = 0;
    let last = performance.now();
    let running = true;
    const count = (now: number): void => {
      longest = Math.max(longest, now - last);
      last = now;
      frames++;
      if (running) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    // WebKit and Firefox draw in software here: a tenth shows the same.
    element.send(/Chrome/.test(navigator.userAgent) ? '1000 kilobytes' : '100 kilobytes');
    await until('the end of a very long answer', () => all(element, '.prose').at(-1)?.textContent?.includes('The very end.'), 55_000);
    running = false;
    expect(frames).to.be.greaterThan(3);
    // Many frames, none of them long: the bound is wide because other work shares the machine.
    expect(longest).to.be.lessThan(3_000);
  }).timeout(60_000);
});

describe('code', () => {
  it('is coloured once its fence has closed, by nodes and a sheet of its own', async () => {
    const element = await chat();
    await asked(element, 'hostile\n```js\nconst a = "b"; // c\n```\n\n```nonsense\nx\n```');
    const code = await until('colours', () => all(element, '.prose code').find((one) => one.querySelector('.t-kwd')));
    expect(code.textContent).to.equal('const a = "b"; // c');
    expect([...code.querySelectorAll('span')].map(({ className }) => className)).to.include.members(['t-kwd', 't-str', 't-cmnt']);
    expect(need(element, '.prose').querySelectorAll('[style]').length).to.equal(0);
    expect(shadow(element).adoptedStyleSheets.some((sheet) => sheet.cssRules[0]?.cssText.startsWith('.t-'))).to.equal(true);
    expect(all(element, '.prose code')[1]?.children.length).to.equal(0);
  });

  it('has colours that can be read, light and dark', () => {
    const luminance = (hex: string): number => {
      const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.039_28 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a: string, b: string): number => {
      const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
      return (light + 0.05) / (dark + 0.05);
    };
    for (const [kind, [light, dark]] of Object.entries(COLOURS)) {
      expect(contrast(light, '#f4f5f8'), `${kind} light`).to.be.at.least(4.5);
      expect(contrast(dark, '#1d2029'), `${kind} dark`).to.be.at.least(4.5);
    }
  });
});
