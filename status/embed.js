/**
 * <halfsecond-status src="https://status.example.com"></halfsecond-status>: the state of the chat on any other page, in a
 * few words that link to the status page. Reads /api/v2/summary.json once a minute while it can be seen.
 */
(() => {
  const EVERY_MS = 60_000;
  const DEADLINE_MS = 8_000;
  const colours = { none: '#1a7f4b', minor: '#b07c00', major: '#c9560f', critical: '#c62f26' };
  const sheet = ':host{display:inline-block;font:inherit}a{display:inline-flex;align-items:center;gap:.5em;color:inherit;text-decoration:none}'
    + 'a:hover,a:focus-visible{text-decoration:underline}i{inline-size:.6em;block-size:.6em;border-radius:50%;background:var(--state,#808080);forced-color-adjust:none}';
  // Where this script came from is where the state is, unless the element says otherwise.
  const home = document.currentScript instanceof HTMLScriptElement ? new URL('.', document.currentScript.src).href : location.href;

  class HalfsecondStatus extends HTMLElement {
    #timer = 0;
    #stop = new AbortController();
    #seen = () => { if (!document.hidden) void this.#refresh(); };

    connectedCallback() {
      this.#stop = new AbortController();
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      const styles = new CSSStyleSheet();
      styles.replaceSync(sheet);
      root.adoptedStyleSheets = [styles];
      const link = document.createElement('a');
      link.part.add('link');
      link.href = this.#base;
      link.append(document.createElement('i'), document.createElement('span'));
      root.replaceChildren(link);
      this.#show(null, 'Status');
      document.addEventListener('visibilitychange', this.#seen);
      this.#timer = window.setInterval(this.#seen, EVERY_MS);
      this.#seen();
    }

    disconnectedCallback() {
      document.removeEventListener('visibilitychange', this.#seen);
      clearInterval(this.#timer);
      this.#stop.abort();
    }

    get #base() {
      const url = new URL(this.getAttribute('src') ?? home, location.href);
      if (!url.pathname.endsWith('/')) url.pathname += '/';
      return url.href;
    }

    async #refresh() {
      try {
        const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(DEADLINE_MS)]);
        const response = await fetch(new URL('api/v2/summary.json', this.#base), { signal, credentials: 'omit', referrerPolicy: 'no-referrer' });
        if (!response.ok) throw new Error(`status ${response.status}`);
        const { status } = await response.json();
        this.#show(String(status.indicator), String(status.description));
      } catch {
        // An old state must not be shown as the present one.
        if (!this.#stop.signal.aborted) this.#show(null, 'Status not known');
      }
    }

    #show(indicator, text) {
      const span = this.shadowRoot?.querySelector('span');
      if (!span) return;
      span.textContent = text;
      this.dataset.indicator = indicator ?? 'unknown';
      this.style.setProperty('--state', Object.hasOwn(colours, indicator ?? '') ? colours[indicator] : '#808080');
    }
  }

  if (!customElements.get('halfsecond-status')) customElements.define('halfsecond-status', HalfsecondStatus);
})();
