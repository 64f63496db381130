/** When things get onto the screen. */

/** Runs `work` before the next frame, or soon in a tab that draws no frames. Returns how to call it off. */
export function beforeFrame(work: () => void): () => void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    cancel();
    work();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 250);
  const cancel = (): void => {
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return cancel;
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
