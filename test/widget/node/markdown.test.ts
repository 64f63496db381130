/** The incremental Markdown writer: what it renders, and that no way of cutting the text changes it. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createMarkdown } from '../../../widget/markdown/markdown.ts';
import { cpu } from '../../cpu.ts';
import { serialize, tinyDocument, tinyRoot, type TinyElement } from '../tiny-dom.ts';
import { words, written } from '../written.ts';

const whole = (text: string): string => serialize(written(text));
/** What a fresh stream shows of a text that may go on. */
const prefix = (text: string): string => serialize(written(text, 'open'));

const cases: [name: string, markdown: string, dom: string][] = [
  ['paragraphs', 'one\ntwo\n\nthree', '<p>one\ntwo</p><p>three</p>'],
  ['headings', '# One\n## Two ##\n####### no\n#no', '<h3>One</h3><h4>Two</h4><p>####### no\n#no</p>'],
  ['headings in order, whatever their signs', '### A\n###### B\n# C', '<h3>A</h3><h4>B</h4><h3>C</h3>'],
  ['an underlined heading', 'Title\n===\nbody\n---', '<h3>Title</h3><h4>body</h4>'],
  ['emphasis', '*a* **b** ***c*** _d_ __e__ ~~f~~', '<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <em>d</em> <strong>e</strong> <del>f</del></p>'],
  ['no emphasis', '2 * 3 * 4, snake_case_name, **open', '<p>2 * 3 * 4, snake_case_name, **open</p>'],
  ['nested emphasis', '**bold *both* bold**', '<p><strong>bold <em>both</em> bold</strong></p>'],
  ['the rule of three', '*foo**bar*', '<p><em>foo**bar</em></p>'],
  ['code spans', '`a` `` b`c `` `*not em*` `open', '<p><code>a</code> <code>b`c</code> <code>*not em*</code> `open</p>'],
  ['links', '[a](https://x.example/ "t") [b] (c) [d](e f)', '<p><a href="https://x.example/">a</a> [b] (c) [d](e f)</p>'],
  ['a link with emphasis and brackets', '[**a** b](https://x.example/a_(b))', '<p><a href="https://x.example/a_(b)"><strong>a</strong> b</a></p>'],
  ['autolinks', '<https://x.example/> https://y.example/a?b=1. (www.z.example) <a@b.example>', '<p><a href="https://x.example/">https://x.example/</a> <a href="https://y.example/a?b=1">https://y.example/a?b=1</a>. (<a href="https://www.z.example/">www.z.example</a>) <a href="mailto:a@b.example">a@b.example</a></p>'],
  ['an address as the words of a link', '[https://a.example/ **x**](https://b.example/) [https://c.example/d', '<p><a href="https://b.example/">https://a.example/ <strong>x</strong></a> [<a href="https://c.example/d">https://c.example/d</a></p>'],
  ['images as links', '![cat](https://x.example/cat.png)', '<p><a href="https://x.example/cat.png">Image: cat</a></p>'],
  ['hard breaks', 'a  \nb\\\nc\nd', '<p>a<br></br>b<br></br>c\nd</p>'],
  ['escapes and entities', '\\*a\\* &amp; &lt;b&gt; &#65; &nope;', '<p>*a* &amp; &lt;b> A &amp;nope;</p>'],
  ['HTML as text', '<b onclick="x()">a</b>\n<script>alert(1)</script>', '<p>&lt;b onclick="x()">a&lt;/b>\n&lt;script>alert(1)&lt;/script></p>'],
  ['lists', '- a\n- b\n  - c\n- d', '<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p></li></ul></li><li><p>d</p></li></ul>'],
  ['ordered lists', '3. a\n4. b\n\n   more\n5) other', '<ol start="3"><li><p>a</p></li><li><p>b</p><p>more</p></li></ol><ol start="5"><li><p>other</p></li></ol>'],
  ['a list with code', '1. a\n   ```js\n   x()\n   ```\n2. b', '<ol><li><p>a</p><div class="code"><pre><code data-language="js">x()</code></pre></div></li><li><p>b</p></li></ol>'],
  ['task lists', '- [x] a\n- [ ] b\n- [y] c', '<ul><li class="task-item"><span class="task done"></span><p>a</p></li><li class="task-item"><span class="task"></span><p>b</p></li><li><p>[y] c</p></li></ul>'],
  ['quotes', '> a\nlazy\n> > b\n\nout', '<blockquote><p>a\nlazy</p><blockquote><p>b</p></blockquote></blockquote><p>out</p>'],
  ['rules', 'a\n\n***\n- - -\n___', '<p>a</p><hr></hr><hr></hr><hr></hr>'],
  ['fences', '~~~\na\n\n  b\n```\n~~~\nc', '<div class="code"><pre><code>a\n\n  b\n```</code></pre></div><p>c</p>'],
  ['an open fence', '```\na\n`', '<div class="code"><pre><code>a\n`</code></pre></div>'],
  ['tables', 'Intro\n| a | b |\n|:--|--:|\n| 1 | `x|` \\| y |\n| 2 |\n\nend', '<p>Intro</p><div class="table"><table><thead><tr><th class="left">a</th><th class="right">b</th></tr></thead><tbody><tr><td class="left">1</td><td class="right">`x</td></tr><tr><td class="left">2</td><td class="right"></td></tr></tbody></table></div><p>end</p>'],
  ['no table', '| a | b |\nnot a table', '<p>| a | b |\nnot a table</p>'],
  ['line ends', 'a\r\nb\r\rc', '<p>a\nb</p><p>c</p>'],
  ['indented code', 'a\n    b\n\n    c\n\n\n      d\n\ne', '<p>a\nb</p><div class="code"><pre><code>c\n\n\n  d</code></pre></div><p>e</p>'],
  ['turned text and unseen letters', 'a\u202eb\u202c c\u2066d \u{E0041}\u{E0042}e \u{1F3F4}\u{E0067}\u{E0062}\u{E007F}', '<p>ab c\u2066d e \u{1F3F4}\u{E0067}\u{E0062}\u{E007F}</p>'],
  ['half a character', 'a\ud83d b\udc00 \ud83d', '<p>a\ufffd b\ufffd \ufffd</p>'],
];

describe('what Markdown becomes', () => {
  for (const [name, markdown, dom] of cases) it(name, () => assert.equal(whole(markdown), dom));
});

describe('addresses', () => {
  const hostile = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\nscript:alert(1)', '&#106;avascript:alert(1)', 'data:text/html,x', 'vbscript:x', '//evil.example', '/path', 'file:///etc/passwd', '\u0001javascript:x', 'blob:https://x', 'https:evil'];
  for (const url of hostile) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      for (const text of [`[a](${url})`, `![a](${url})`, `<${url}>`, `[a](<${url}>)`]) {
        const dom = whole(text);
        assert.ok(!/href="(?!https:\/\/|http:\/\/|mailto:)/.test(dom), dom);
        assert.ok(!dom.includes('<img'), dom);
      }
    });
  }
});

/** Every text of the cases and some that cut tokens in awkward places. */
const corpus = [
  ...cases.map(([, markdown]) => markdown),
  cases.map(([, markdown]) => markdown).join('\n\n'),
  '**a** [b](https://c.example/d "e") `f` ~~g~~ https://h.example/i, *j*\n- k\n\n  l\n> m\n```n\no\n```\n| p |\n|---|\n| q |',
  'a *b **c* d** e_f_g [h *i](https://j.example/) k* ![l [m](https://n.example/)](https://o.example/)',
  '* * * a\n- - -\n-\n+ x\n10. y\n1)\tz\n\ttab',
  '`` ` `` ``` `` ` ```x``` \\` \\\\ \\', '| a\n| - \n| b\n\n|c|d|\n|-|-|\n|e|\nf', '> - > 1. # x\n> - y\nz\n\n\n> ```\n> code\nout',
  '&amp &ampx; &#x41; &#0; &', 'www. www.a http:// https://a https://a.b/c_d_(e)) <https://a.b/ <a@b <a@b.c>', '日本語の*強調*です。**太字**、https://例え.jp/ と `コード`', '😀 **😀** 👩‍👩‍👧',
];

describe('however it is cut', () => {
  it('any prefix looks like the prefix alone, and the end like the whole', () => {
    for (const text of corpus) {
      const { root, element } = tinyRoot();
      const stream = createMarkdown(tinyDocument, element, words);
      for (let at = 0; at < text.length; at++) {
        stream.write(text[at] ?? '');
        stream.flush();
        assert.equal(serialize(root), prefix(text.slice(0, at + 1)), JSON.stringify(text.slice(0, at + 1)));
      }
      stream.end();
      assert.equal(serialize(root), whole(text), JSON.stringify(text));
    }
  });

  it('holds for random texts in random pieces', () => {
    const pieces = ['*', '**', '_', '`', '```', '~~', '[', ']', '(', ')', '](https://a.b/', '!', '<', '>', '|', '|-|-|', '\n', '\n\n', '  \n', '- ', '1. ', '# ', '> ', '    ', '\\', '&amp;', 'https://x.y/z', 'word', 'a b', ' ', '---', '===', '[x] ', '\t', 'é'];
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 1_500; round++) {
      const text = Array.from({ length: 4 + random(26) }, () => pieces[random(pieces.length)]).join('');
      const { root, element } = tinyRoot();
      const stream = createMarkdown(tinyDocument, element, words);
      for (let at = 0; at < text.length; ) {
        const next = at + 1 + random(5);
        stream.write(text.slice(at, next));
        at = next;
        stream.flush();
        assert.equal(serialize(root), prefix(text.slice(0, at)), JSON.stringify(text.slice(0, at)));
      }
      stream.end();
      assert.equal(serialize(root), whole(text), JSON.stringify(text));
    }
  });

  it('never touches a finished block again', () => {
    const { root, element } = tinyRoot();
    const stream = createMarkdown(tinyDocument, element, words);
    const finished = new Map<unknown, string>();
    for (const char of corpus.join('\n\n')) {
      stream.write(char);
      stream.flush();
      for (const block of root.childNodes.slice(0, -1)) {
        if (!finished.has(block)) finished.set(block, serialize(block as TinyElement));
      }
    }
    stream.end();
    const still = new Set<unknown>(root.childNodes);
    for (const [block, text] of finished) {
      assert.ok(still.has(block), text);
      assert.equal(serialize(block as TinyElement), text);
    }
  });
});

describe('time', () => {
  const grow: [string, string][] = [
    ['plain words', 'lorem ipsum dolor '], ['openers', '*a **b _c '], ['closers', 'a* b** c_ '], ['brackets', '[a ![b '], ['targets', '[a](b '], ['ticks', '` `` ``` '],
    ['quotes', '> '], ['bullets', '- '], ['angles', '<a '], ['one long word', 'https://a('], ['tildes', '~a ~~b '], ['bars', '| a '], ['hashes', '# # '],
  ];
  for (const [name, unit] of grow) {
    it(`is linear for ${name}`, () => {
      const cost = (size: number): number => {
        const text = unit.repeat(Math.ceil(size / unit.length));
        const start = cpu();
        whole(text);
        return cpu() - start;
      };
      cost(20_000);
      const [small, large] = [Math.min(cost(50_000), cost(50_000)), Math.min(cost(400_000), cost(400_000))];
      assert.ok(large < Math.max(8 * small * 5, 400), `50k ${small.toFixed(1)} ms, 400k ${large.toFixed(1)} ms`);
    });
  }
  it('streams 200 kB piece by piece without going quadratic', () => {
    const { element } = tinyRoot();
    const stream = createMarkdown(tinyDocument, element, words);
    const start = cpu();
    for (let at = 0; at < 200_000; at += 20) {
      stream.write('an *open star and wo');
      stream.flush();
    }
    stream.end();
    assert.ok(cpu() - start < 6_000, `${cpu() - start} ms`);
  });
});
