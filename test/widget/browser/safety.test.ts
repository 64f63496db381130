/** What a hostile page or browser may do to the widget, and the script tag. */
import { expect } from '@open-wc/testing';
import { all, answerText, asked, bffUrl, chat, clean, find, need, shadow, until } from './help.ts';

afterEach(clean);

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

  it('looks the same under any styles of the page', async () => {
    // The launcher holds no text: its font, which engines name differently, does not count.
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(sheet);
    const properties = ['display', 'visibility', 'opacity', 'position', 'color', 'background-color', 'font-size', 'font-family', 'line-height', 'letter-spacing', 'text-align', 'text-transform', 'width', 'height', 'padding-left', 'border-radius', 'transform', 'pointer-events', 'direction', 'cursor'];
    /** What a piece looks like, or where it is: px from the end and the bottom of the window. */
    type Seen = readonly [what: string, x: number, y: number];
    const look = async (css: string): Promise<Seen[]> => {
      sheet.replaceSync(css);
      // A font of its own: without one the page's is taken, and that is what a page says here.
      const element = await chat({ greeting: 'Hello', style: '--hs-font: monospace' });
      element.open();
      await element.updateComplete;
      // Nothing is on its way to its place.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      for (const animation of shadow(element).getAnimations()) animation.cancel();
      // Scroll bars that a style gives the page take their room from everything.
      const { clientWidth, clientHeight } = document.documentElement;
      const seen = ['.launcher', '.popup', '.titles h2', '.greeting', '#input', '[part~=send]'].flatMap((selector) => {
        const style = getComputedStyle(need(element, selector));
        const { x, y } = need(element, selector).getBoundingClientRect();
        return [...properties.map((name) => [`${selector} ${name} ${style.getPropertyValue(name)}`, 0, 0] as const), [`${selector} at`, clientWidth - x, clientHeight - y] as const];
      });
      clean();
      return seen;
    };
    const plain = await look('');
    try {
      for (const css of [
        '* { color: red !important; font: 40px/3 serif !important; position: static !important; letter-spacing: 9px !important; text-transform: uppercase !important; text-align: right !important }',
        'div:empty, halfsecond-chat:empty { display: none } halfsecond-chat { display: none; opacity: 0.5; transform: scale(2) }',
        '* { all: unset !important }', '* { all: initial !important }', 'body > * { display: none !important; visibility: hidden !important; opacity: 0 !important; pointer-events: none !important }',
        'body > * { transform: rotate(9deg) !important; filter: blur(2px) !important; zoom: 2 !important; contain: strict !important; width: 10px !important; overflow: hidden !important; clip-path: inset(50%) !important }',
        '* { writing-mode: vertical-rl !important; margin: 30px !important; padding: 30px !important; border: 9px solid !important; float: left !important }',
      ]) expect((await look(css)).filter(([what, x, y]) => !plain.some((as) => as[0] === what && Math.abs(as[1] - x) < 8 && Math.abs(as[2] - y) < 8) && !what.startsWith('.launcher font-')).join('; '), css).to.equal('');
    } finally {
      document.adoptedStyleSheets = [];
    }
  });

  for (const mode of ['inline', 'popup']) it(`speaks in the page's own font, or in the one that it was given: ${mode}`, async () => {
    const sheet = new CSSStyleSheet();
    document.adoptedStyleSheets.push(sheet);
    try {
      const element = await chat({ mode });
      element.open();
      await element.updateComplete;
      const font = (): string => getComputedStyle(need(element, '#input')).fontFamily;
      expect(font(), 'a page without one').to.equal(getComputedStyle(document.body).fontFamily);
      sheet.replaceSync('body { font-family: fantasy }');
      expect(font()).to.equal('fantasy');
      element.style.setProperty('--hs-font', 'monospace');
      expect(font()).to.equal('monospace');
      sheet.replaceSync('* { font-family: fantasy !important }');
      expect(font()).to.equal('monospace');
    } finally {
      document.adoptedStyleSheets = [];
    }
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
