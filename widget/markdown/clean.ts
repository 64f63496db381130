/** What a text may not carry to the screen: other line ends, half characters, overrides of reading direction, letters that nobody sees. */

export type Cleaner = {
  /** The next piece, cleaned; what could still change with the piece after it is kept back. */
  push(text: string): string;
  /** What was kept back. */
  end(): string;
};

/**
 * Overrides and embeddings turn text around beyond the place they stand in: code and addresses would read as what they
 * are not. Isolates end with their paragraph and stay. Tag letters are unseen; only a flag (a black flag before them) has any.
 */
const UNWANTED = /\r\n?|\0|[\u202a-\u202e]|(?<!\u{1F3F4}[\u{E0020}-\u{E007E}]{0,6})[\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;
const SUSPECT = /[\r\0\u202a-\u202e\ud800-\udfff]/;
/** A flag that is not finished, a first half of a character or of a line end: it waits for what comes next. */
const OPEN_END = /(?:\u{1F3F4}[\u{E0020}-\u{E007E}]{0,8})?[\ud800-\udbff]?$|\r$/u;

export function createCleaner(): Cleaner {
  let held = '';
  const wash = (text: string): string => text.replace(UNWANTED, (found) => (found[0] === '\r' ? '\n' : found === '\0' || /\p{Surrogate}/u.test(found) ? '\ufffd' : ''));
  return {
    push(text) {
      const all = held + text;
      held = '';
      if (!SUSPECT.test(all)) return all;
      held = OPEN_END.exec(all)?.[0] ?? '';
      return wash(all.slice(0, all.length - held.length));
    },
    end() {
      const rest = wash(held);
      held = '';
      return rest;
    },
  };
}
