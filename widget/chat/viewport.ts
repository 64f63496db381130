/** On phones the panel fills what the on-screen keyboard leaves of the page, and is all there is until it is closed. */

/** The popup fills the window: the same width as in its style sheet. */
export function onPhone(): boolean {
  return matchMedia('(max-width: 520px)').matches;
}

/** Tab goes round inside the panel: what it covers is not there to be reached. */
export function keepInside(root: ShadowRoot, event: KeyboardEvent): void {
  const stops = [...root.querySelectorAll<HTMLElement>('.panel :is(a[href], button, textarea, [tabindex="0"])')].filter((stop) => stop.checkVisibility() && !stop.matches(':disabled'));
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (root.activeElement && root.activeElement !== from) return;
  event.preventDefault();
  to?.focus();
}

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
