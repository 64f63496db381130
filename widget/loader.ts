/**
 * The script tag: shows the launcher, keeps calls until the panel is there, and fetches the panel when somebody
 * seems to want it. Stands alone: no dependency, one request.
 */
import { ensureLauncher, launcherCss } from './chat/launcher.ts';

/** File name and integrity of the panel; the build writes them in. */
declare const PANEL_FILE: string;
declare const PANEL_INTEGRITY: string;

type Call = [method: string, ...args: unknown[]];
type Queue = { push(...calls: (Call | ((chat: HTMLElement) => void))[]): void } & Record<string, unknown>;
type TrustedTypes = { createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string } };
declare global {
  interface Window {
    Halfsecond?: Queue | (Call | ((chat: HTMLElement) => void))[];
    trustedTypes?: TrustedTypes;
  }
}

const TAG = 'halfsecond-chat';
const METHODS = ['open', 'close', 'toggle', 'send', 'stop', 'reset', 'identify'];
const ENGLISH = 'Open chat';

const tag = document.currentScript;
// A second copy of the script finds the first one's queue and leaves everything to it.
if (tag instanceof HTMLScriptElement && (!window.Halfsecond || Array.isArray(window.Halfsecond))) start(tag);

function start(script: HTMLScriptElement): void {
  const base = new URL('.', script.src);
  const panelUrl = new URL(PANEL_FILE, base).href;
  const { nonce } = script;
  let mounted: (element: HTMLElement) => void = () => undefined;
  const chat = new Promise<HTMLElement>((resolve) => (mounted = resolve));
  let loading: Promise<unknown> | null = null;
  let preloaded = false;
  let trustedUrl: string | null = null;

  const early = Array.isArray(window.Halfsecond) ? window.Halfsecond : [];
  const queue: Queue = {
    push(...calls) {
      for (const call of calls) whenReady((element) => (typeof call === 'function' ? call(element) : invoke(element, call)));
    },
  };
  for (const method of METHODS) queue[method] = (...args: unknown[]) => queue.push([method, ...args]);
  window.Halfsecond = queue;
  if (document.body) mount();
  else document.addEventListener('DOMContentLoaded', mount, { once: true });
  queue.push(...early);

  function mount(): void {
    const own = document.querySelector<HTMLElement>(TAG);
    const chat = own ?? document.createElement(TAG);
    mounted(chat);
    const attributes: [string, string][] = [['endpoint', base.origin], ...Object.entries(script.dataset).map(([key, value]): [string, string] => [dashed(key), value ?? ''])];
    for (const element of own ? document.querySelectorAll(TAG) : [chat]) {
      for (const [name, value] of attributes) if (!own || !element.hasAttribute(name)) element.setAttribute(name, value);
    }
    if (own) return void load().catch(report);
    chat.style.setProperty('display', 'block', 'important');
    chat.setAttribute('role', 'region');
    chat.setAttribute('aria-label', 'Chat');
    const root = chat.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(launcherCss);
    root.adoptedStyleSheets = [sheet];
    const button = ensureLauncher(root, ENGLISH);
    button.addEventListener('click', clicked);
    button.addEventListener('pointerenter', prefetch, { once: true });
    button.addEventListener('focus', prefetch, { once: true });
    document.body.append(chat);
    const eager = chat.hasAttribute('open') || (chat.getAttribute('mode') ?? 'popup') !== 'popup' || wasOpen(base.origin, chat.getAttribute('site') ?? '');
    if (eager) load().catch(report);
    else whenIdle(prefetch);
  }

  function clicked(this: HTMLElement): void {
    // Once the panel is there, the launcher is its own affair.
    if (customElements.get(TAG)) return;
    this.setAttribute('aria-busy', 'true');
    queue.push(['open']);
  }

  /** Fetches and compiles the panel without running it. */
  function prefetch(): void {
    if (preloaded || loading) return;
    preloaded = true;
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = panelUrl;
    link.integrity = PANEL_INTEGRITY;
    link.crossOrigin = 'anonymous';
    if (nonce) link.nonce = nonce;
    document.head.append(link);
  }

  function load(): Promise<unknown> {
    loading ??= new Promise((resolve, reject) => {
      const blocked = (event: SecurityPolicyViolationEvent): void => {
        if (event.blockedURI === panelUrl) console.error(`Halfsecond: this page's Content-Security-Policy (${event.effectiveDirective}) blocks ${panelUrl}`);
      };
      const module = document.createElement('script');
      module.type = 'module';
      module.integrity = PANEL_INTEGRITY;
      module.crossOrigin = 'anonymous';
      if (nonce) module.nonce = nonce;
      module.src = (trustedUrl ??= trusted(panelUrl));
      module.onload = () => {
        document.removeEventListener('securitypolicyviolation', blocked);
        resolve(undefined);
      };
      module.onerror = () => {
        loading = null;
        chat.then(({ shadowRoot }) => shadowRoot?.querySelector('.launcher')?.removeAttribute('aria-busy'), reject);
        reject(new Error(`Halfsecond: ${panelUrl} could not be loaded`));
      };
      document.addEventListener('securitypolicyviolation', blocked);
      document.head.append(module);
    });
    return loading;
  }

  function whenReady(run: (element: HTMLElement) => void): void {
    load().then(() => customElements.whenDefined(TAG)).then(() => chat).then(run).catch(report);
  }
}

const report = (error: unknown): void => console.error(error);

function invoke(element: HTMLElement, [method, ...args]: Call): void {
  if (!METHODS.includes(method)) return console.warn(`Halfsecond: there is no method ${method}`);
  (element as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
}

/** `statusUrl` of a dataset is `status-url` on the element. */
function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Setting a script's address needs a policy where a page demands Trusted Types. */
function trusted(url: string): string {
  return window.trustedTypes?.createPolicy('halfsecond', { createScriptURL: (value) => value }).createScriptURL(url) ?? url;
}

/** The panel was open when this tab last showed the site: it comes back at once. */
function wasOpen(origin: string, site: string): boolean {
  try {
    return sessionStorage.getItem(`halfsecond:${origin}:${site}`)?.includes('"open":true') ?? false;
  } catch {
    return false; // Storage is blocked: nothing was kept.
  }
}

function whenIdle(run: () => void): void {
  const connection = (navigator as { connection?: { saveData?: boolean } }).connection;
  if (connection?.saveData) return;
  const later = (): void => void ('requestIdleCallback' in window ? requestIdleCallback(run, { timeout: 5_000 }) : setTimeout(run, 1_500));
  if (document.readyState === 'complete') later();
  else window.addEventListener('load', later, { once: true });
}
