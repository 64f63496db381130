/** Follows a growing answer without ever pulling the reader away from what he reads. */

/** Nearer than this to the end counts as being there (px). */
const NEAR = 32;
/** Space above the question that an answer is read under (px). */
const ABOVE = 14;

export type Follower = {
  /** After every render: keeps the end in view until the question has reached the top. */
  follow(scroller: HTMLElement): void;
  /** On scroll events. True when the reader is away from the end. */
  scrolled(scroller: HTMLElement): boolean;
  /** The next render goes to the end, wherever the reader is. */
  pin(): void;
};

/** One per panel. Scroll events are told apart by position, not by time: what `follow` set is not the reader's doing. */
export function createFollower(): Follower {
  let pinned = true;
  let own = -1;
  return {
    pin() {
      pinned = true;
    },
    follow(scroller) {
      if (!pinned) return;
      const questions = scroller.querySelectorAll<HTMLElement>('.question');
      const question = questions[questions.length - 1];
      const end = scroller.scrollHeight - scroller.clientHeight;
      const top = question ? question.offsetTop - scroller.offsetTop - ABOVE : end;
      const to = Math.max(0, Math.min(end, Math.max(top, 0)));
      if (to > scroller.scrollTop + 1 || own < 0) scroller.scrollTop = to;
      own = Math.round(scroller.scrollTop);
    },
    scrolled(scroller) {
      const at = Math.round(scroller.scrollTop);
      const left = scroller.scrollHeight - scroller.clientHeight - at;
      if (Math.abs(at - own) > 1) pinned = left < NEAR;
      own = at;
      return left > NEAR;
    },
  };
}
