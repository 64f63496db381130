/** On phones the panel fills what the on-screen keyboard leaves of the page. */

/** Keeps two private properties of `host` in step with the visual viewport until `signal` aborts. */
export function followViewport(host: HTMLElement, signal: AbortSignal): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  const measure = (): void => {
    host.style.setProperty('--_view-height', `${viewport.height}px`);
    host.style.setProperty('--_view-top', `${viewport.offsetTop}px`);
  };
  viewport.addEventListener('resize', measure, { signal });
  viewport.addEventListener('scroll', measure, { signal });
}
