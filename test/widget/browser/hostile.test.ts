/** Hostile replies in a real DOM, one byte at a time: nothing is fetched, nothing runs, nothing is disguised. */
import { expect } from '@open-wc/testing';
import { createMarkdown } from '../../../widget/markdown/markdown.ts';
import { createSseParser } from '../../../widget/stream/sse.ts';
import { hostile, hostileReply } from '../hostile.ts';
import { words } from '../written.ts';
import { all, asked, chat, clean } from './help.ts';

afterEach(clean);

/** Elements that Markdown is made of, and the attributes that they may have. */
const ELEMENTS = 'p,h3,h4,h5,h6,ul,ol,li,blockquote,hr,br,em,strong,del,code,pre,a,div,span,button,table,thead,tbody,tr,th,td'.split(',');
const ATTRIBUTES = 'href,target,rel,title,part,data-to,class,role,aria-label,tabindex,type,data-copy,data-language,start'.split(',');

/** Everything in `root` that must not be there. */
function wrong(root: Element): string[] {
  const found: string[] = [];
  for (const element of root.querySelectorAll('*')) {
    if (!ELEMENTS.includes(element.localName)) found.push(`<${element.localName}>`);
    for (const { name, value } of element.attributes) {
      if (!ATTRIBUTES.includes(name)) found.push(`${element.localName} ${name}`);
      if (name === 'href' && !/^(?:https?:\/\/[^/]|mailto:)/.test(value)) found.push(value);
      if (name === 'class' && !/^(?:code|code-head|table|task|task done|task-item|left|right|center)$/.test(value)) found.push(`class ${value}`);
    }
  }
  return found;
}

function fetched(): string[] {
  return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('evil'));
}

/** What is longer comes in words instead of characters. */
const LONG = 700;

/** The text as bytes of the wire, fed one by one, drawn after each that ends an event; `look` sees every state. */
function byByte(text: string, look: (root: Element) => void): Element {
  const root = document.createElement('div');
  document.body.append(root);
  const stream = createMarkdown(document, root, words);
  const parser = createSseParser();
  const bytes = new TextEncoder().encode((text.length > LONG ? text.match(/[^]{1,40}/gu) ?? [] : [...text]).map((delta) => `data: ${JSON.stringify({ delta })}\n\n`).join(''));
  for (const byte of bytes) {
    for (const { data } of parser.push(Uint8Array.of(byte))) {
      stream.write((JSON.parse(data) as { delta: string }).delta);
      stream.flush();
      look(root);
    }
  }
  stream.end();
  look(root);
  return root;
}

describe('hostile replies', () => {
  for (const [name, replies] of Object.entries(hostile)) {
    it(`${name}: nothing but harmless elements at any moment`, async () => {
      performance.clearResourceTimings();
      for (const reply of replies) {
        const root = byByte(reply, (element) => {
          const bad = wrong(element);
          if (bad.length > 0) throw new Error(`${JSON.stringify(reply.slice(0, 80))} became ${bad.join(', ')}`);
        });
        for (const link of root.querySelectorAll('a')) link.focus();
        expect(wrong(root), reply.slice(0, 80)).to.deep.equal([]);
        root.remove();
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(fetched()).to.deep.equal([]);
      expect((window as { pwned?: number }).pwned).to.equal(undefined);
    }).timeout(60_000);
  }

  it('are the same in the whole widget', async () => {
    performance.clearResourceTimings();
    const element = await chat();
    await asked(element, `hostile\n${hostileReply.slice(0, 30_000)}`);
    for (const prose of all(element, '.prose')) expect(wrong(prose).filter((what) => what !== 'class t-str')).to.satisfy((list: string[]) => list.every((what) => what.startsWith('class t-')));
    expect(fetched()).to.deep.equal([]);
    expect((window as { pwned?: number }).pwned).to.equal(undefined);
  }).timeout(30_000);

  it('leave the page\'s own objects alone', () => {
    const root = byByte(hostile['protocol inside the text']?.join('\n\n') ?? '', () => undefined);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    expect(document.querySelector('#location')).to.equal(null);
    root.remove();
  });
});

describe('links', () => {
  const linkOf = (text: string): HTMLAnchorElement => {
    const root = byByte(text, () => undefined);
    root.remove();
    return root.querySelector('a') ?? document.createElement('a');
  };

  it('say where they go, whatever their words are', () => {
    const link = linkOf('[https://bank.example/login](https://evil.example/login "Your bank")');
    expect([link.title, link.dataset['to']]).to.deep.equal(['Your bank (https://evil.example/login)', 'evil.example']);
    expect([link.rel, link.target]).to.deep.equal(['noopener noreferrer nofollow ugc', '_blank']);
    expect(linkOf('[x](https://bank.example@evil.example/)').dataset['to']).to.equal('evil.example');
    expect(linkOf('[x](https://bаnk.example/)').dataset['to']).to.match(/^xn--/);
    expect(linkOf('[x](https://bank.example\\@evil.example/)').dataset['to']).to.equal('evil.example');
    expect(linkOf('[write us](mailto:a@b.example?body=x)').dataset['to']).to.equal('a@b.example');
  });

  it('that are their own words need no more', () => {
    expect(linkOf('see https://a.example/b ').dataset['to']).to.equal(undefined);
    expect(linkOf('<https://a.example/b>').dataset['to']).to.equal(undefined);
  });
});

describe('pictures', () => {
  it('come only from the very origins that the page names, and only once their address is certain', async () => {
    const element = await chat({ images: `${location.origin} https://cdn.example` });
    await asked(element, `hostile\n![a](${location.origin}/a.png) ![b](https://evil.example/b.png) ![c](https://cdn.example.evil.example/c.png) ![d](http://cdn.example/d.png) ![e](https://cdn.example:444/e.png) ![f](https://sub.cdn.example/f.png) end`);
    const pictures = all(element, '.prose img') as HTMLImageElement[];
    expect(pictures.map(({ src, referrerPolicy, alt }) => [src, referrerPolicy, alt])).to.deep.equal([[`${location.origin}/a.png`, 'no-referrer', 'a']]);
    expect(all(element, '.prose a').length).to.equal(5);
  });

  it('are links when the page names none', async () => {
    const element = await chat();
    await asked(element, `hostile\n![a cat](${location.origin}/a.png)`);
    expect(all(element, '.prose img').length).to.equal(0);
    expect(all(element, '.prose a')[0]?.textContent).to.equal('Image: a cat');
  });
});
