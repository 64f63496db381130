/** A Markdown text as the widget's writer leaves it in a tiny document, and the words that it is given. */
import { createMarkdown } from '../../widget/markdown/markdown.ts';
import { tinyDocument, tinyRoot, type TinyElement } from './tiny-dom.ts';

export const words = { image: 'Image', done: 'Done', open: 'To do', copyCode: 'Copy code', table: 'Table' };

/** What a fresh stream shows of `text` in one piece: as a text that has ended, or as one that may go on. */
export function written(text: string, state: 'ended' | 'open' = 'ended'): TinyElement {
  const { root, element } = tinyRoot();
  const stream = createMarkdown(tinyDocument, element, words);
  stream.write(text);
  if (state === 'ended') stream.end();
  else stream.flush();
  return root;
}
