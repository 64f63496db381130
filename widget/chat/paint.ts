/** When things get onto the screen. */

export type Pacer = {
  /** Draws with the next frame that is due. Cheap: call it for every change. */
  soon(): void;
  /** Draws at once. */
  now(): void;
  cancel(): void;
};

/** An answer that pours in is drawn thirty times a second: more shows nobody more and costs every frame's layout (ms). */
const GAP_MS = 30;
/** So many draws after an urgent one wait for their frame only: the first words of an answer. */
const AT_ONCE = 8;
/** A tab that nobody sees draws no frames: it is kept up to date at leisure (ms). */
const HIDDEN_MS = 250;

/** Runs `draw` before a frame, at most once in one and never sooner than GAP_MS after the last; the first change after a rest waits for nothing. */
export function createPacer(draw: () => void): Pacer {
  let last = -GAP_MS;
  let atOnce = 0;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    cancel();
    last = performance.now();
    atOnce--;
    draw();
  };
  const onFrame = (): void => {
    timer = undefined;
    frame = requestAnimationFrame(run);
  };
  function cancel(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
    timer = undefined;
  }
  return {
    soon() {
      if (frame !== 0 || timer !== undefined) return;
      const rest = atOnce > 0 ? 0 : last + GAP_MS - performance.now();
      if (document.visibilityState === 'hidden') timer = setTimeout(run, HIDDEN_MS);
      else if (rest > 0) timer = setTimeout(onFrame, rest);
      else onFrame();
    },
    now() {
      atOnce = AT_ONCE;
      run();
    },
    cancel,
  };
}

/** Resolves with `performance.now()` just after the next frame has been drawn; null in a tab that draws none. */
export function afterPaint(): Promise<number | null> {
  return new Promise((resolve) => {
    if (document.visibilityState === 'hidden') return resolve(null);
    const timer = setTimeout(() => resolve(null), 2_000);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        clearTimeout(timer);
        port1.close();
        resolve(performance.now());
      };
      port2.postMessage(null);
    });
  });
}
