/** A Lit directive that keeps an incremental Markdown stream inside an element and feeds it only what is new. */
import { noChange } from 'lit';
import { Directive, directive, PartType, type ElementPart, type PartInfo } from 'lit/directive.js';
import { createMarkdown, type MarkdownStream } from '../markdown/markdown.ts';
import type { MarkdownWords } from '../markdown/inline-dom.ts';

class Rich extends Directive {
  #stream: MarkdownStream | null = null;
  #id = '';
  #length = 0;
  #ended = false;

  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.ELEMENT) throw new Error('rich() belongs on an element');
  }

  render(_id: string, _text: string, _done: boolean, _words: MarkdownWords): typeof noChange {
    return noChange;
  }

  override update({ element }: ElementPart, [id, text, done, words]: Parameters<Rich['render']>): typeof noChange {
    // Another text, or one that was taken back: begin anew. Otherwise a text only ever grows.
    if (!this.#stream || id !== this.#id || text.length < this.#length || (this.#ended && (!done || text.length > this.#length))) {
      element.replaceChildren();
      this.#stream = createMarkdown(document, element, words);
      this.#id = id;
      this.#length = 0;
      this.#ended = false;
    }
    if (this.#ended) return noChange;
    this.#stream.write(text.slice(this.#length));
    this.#length = text.length;
    if (done) this.#stream.end();
    else this.#stream.flush();
    this.#ended = done;
    return noChange;
  }
}

/** `<div ${rich(id, text, done, words)}></div>`: `id` names the text, `done` says that it will not grow any more. */
export const rich = directive(Rich);
