/** The widget's Markdown beside CommonMark's own examples and its reference parser. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createMarkdown } from '../../../widget/markdown/markdown.ts';
import { actual, examples, expected } from '../oracle.ts';
import { serialize, tinyDocument, tinyRoot } from '../tiny-dom.ts';
import { words, written } from '../written.ts';

const whole = (text: string): string => actual(written(text));

describe('CommonMark', () => {
  it('reads the specification\'s examples as the reference parser does', (t) => {
    const sections = new Map<string, { right: number; wrong: number[] }>();
    for (const { markdown, section, number } of examples) {
      const row = sections.get(section) ?? { right: 0, wrong: [] };
      sections.set(section, row);
      if (whole(markdown) === expected(markdown)) row.right++;
      else row.wrong.push(number);
    }
    let [right, total] = [0, 0];
    for (const [name, row] of sections) {
      right += row.right;
      total += row.right + row.wrong.length;
      t.diagnostic(`${name}: ${row.right} of ${row.right + row.wrong.length}${row.wrong.length > 0 ? `, not ${row.wrong.join(' ')}` : ''}`);
    }
    t.diagnostic(`${right} of ${total} examples (${(100 * right / total).toFixed(1)} %)`);
    assert.ok(right / total >= 0.95, `${right} of ${total}`);
  });

  it('shows every beginning of every example as that beginning alone, one character at a time and in random pieces', () => {
    let seed = 11;
    const upTo = (most: number): number => 1 + ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % most);
    for (const { markdown } of examples) {
      for (const most of [1, 9]) {
        const { root, element } = tinyRoot();
        const stream = createMarkdown(tinyDocument, element, words);
        for (let at = 0; at < markdown.length; ) {
          const next = at + upTo(most);
          stream.write(markdown.slice(at, next));
          stream.flush();
          at = next;
          assert.equal(serialize(root), serialize(written(markdown.slice(0, at), 'open')), JSON.stringify(markdown.slice(0, at)));
        }
        stream.end();
        assert.equal(actual(root), whole(markdown), JSON.stringify(markdown));
      }
    }
  });
});
