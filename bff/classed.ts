/** Memory with the data class of each conversation beside what was said in it, so that a class outlives its words. */
import type { DataClass, Owner, Recall } from './layers.ts';

/** A snippet that comes from a conversation carries that conversation's class. */
export function classed(recall: Recall, classOfChat: (place: Pick<Owner, 'site' | 'visitor' | 'chat'>) => DataClass): Recall {
  return async (input, signal) => {
    const { site, visitor } = input;
    const recalled = await recall(input, signal);
    if (visitor === null) return recalled;
    const snippets = recalled.snippets.map((snippet) => (
      snippet.source.kind !== 'knowledge' ? { ...snippet, dataClass: classOfChat({ site, visitor, chat: snippet.source.chat }) } : snippet
    ));
    return { ...recalled, snippets };
  };
}
