/** A Lit directive that keeps an incremental Markdown stream inside an element and feeds it only what is new. */
import { noChange } from 'lit/html.js';
import { Directive, directive, PartType, type ElementPart, type PartInfo } from 'lit/directive.js';
import { highlight } from '../markdown/highlight.ts';
import { createMarkdown, type MarkdownStream } from '../markdown/markdown.ts';
import type { MarkdownWords } from '../markdown/inline-dom.ts';

/** Longest piece that is shown in one go (characters), and the time after which the rest waits for the next frame (ms). */
const PIECE = 4_096;
const BUDGET_MS = 8;

class Rich extends Directive {
  #stream: MarkdownStream | null = null;
  #id = '';
  #text = '';
  #length = 0;
  #done = false;
  #ended = false;
  #frame = 0;

  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.ELEMENT) throw new Error('rich() belongs on an element');
  }

  render(_id: string, _text: string, _done: boolean, _words: MarkdownWords): typeof noChange {
    return noChange;
  }

  override update({ element, options }: ElementPart, [id, text, done, words]: Parameters<Rich['render']>): typeof noChange {
    // Another text, or one that does not go on from what is shown, say because another tab knows better: begin anew.
    if (!this.#stream || id !== this.#id || !text.startsWith(this.#text) || (this.#done && (!done || text.length > this.#text.length))) {
      element.replaceChildren();
      const images = options?.host instanceof Element ? options.host.getAttribute('images') : null;
      this.#stream = createMarkdown(document, element, words, { images: images?.split(/[\s,]+/) ?? [], highlight });
      this.#id = id;
      this.#length = 0;
      this.#ended = false;
    }
    this.#text = text;
    this.#done = done;
    // While a long text is being worked off frame by frame, what is new only makes it longer.
    if (this.#frame === 0) this.#advance();
    return noChange;
  }

  #advance(): void {
    const stream = this.#stream;
    if (!stream || this.#ended) return;
    const until = performance.now() + BUDGET_MS;
    while (this.#length < this.#text.length) {
      if (performance.now() > until) {
        this.#frame = requestAnimationFrame(() => {
          this.#frame = 0;
          this.#advance();
        });
        return;
      }
      stream.write(this.#text.slice(this.#length, this.#length + PIECE));
      this.#length += PIECE;
      if (this.#length < this.#text.length) stream.flush();
    }
    this.#length = this.#text.length;
    if (this.#done) stream.end();
    else stream.flush();
    this.#ended = this.#done;
  }
}

/** `<div ${rich(id, text, done, words)}></div>`: `id` names the text, `done` says that it will not grow any more. */
export const rich = directive(Rich);
