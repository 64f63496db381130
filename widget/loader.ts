/**
 * The script tag: shows the launcher, keeps calls until the panel is there, and fetches the panel when somebody
 * seems to want it. Stands alone: no dependency, one request.
 */
import { createLauncher } from './chat/launcher.ts';

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

const tag = document.currentScript;
// A second copy of the script finds the first one's queue and leaves everything to it.
if (tag instanceof HTMLScriptElement && (!window.Halfsecond || Array.isArray(window.Halfsecond))) start(tag);

function start(script: HTMLScriptElement): void {
  const base = new URL('.', script.src);
  const panelUrl = new URL(PANEL_FILE, base).href;
  const { nonce, dataset } = script;
  const endpoint = new URL(dataset['endpoint'] ?? base.origin, base).origin;
  let mounted: (element: HTMLElement) => void = () => undefined;
  const chat = new Promise<HTMLElement>((resolve) => (mounted = resolve));
  let loading: Promise<unknown> | null = null;
  let preloaded = false;
  /** Undefined before it was asked for: a page may allow a policy only once. */
  let address: string | null | undefined;

  const early = Array.isArray(window.Halfsecond) ? window.Halfsecond : [];
  const queue: Queue = {
    push(...calls) {
      for (const call of calls) whenReady((element) => (typeof call === 'function' ? call(element) : invoke(element, call)));
    },
  };
  for (const method of METHODS) queue[method] = (...args: unknown[]) => queue.push([method, ...args]);
  window.Halfsecond = queue;
  document.addEventListener('securitypolicyviolation', blocked);
  if (document.body) mount();
  else document.addEventListener('DOMContentLoaded', mount, { once: true });
  queue.push(...early);

  function mount(): void {
    const own = document.querySelector<HTMLElement>(TAG);
    const chat = own ?? document.createElement(TAG);
    mounted(chat);
    const attributes: [string, string][] = [['endpoint', base.origin], ...Object.entries(dataset).map(([key, value]): [string, string] => [dashed(key), value ?? ''])];
    for (const element of own ? document.querySelectorAll(TAG) : [chat]) {
      for (const [name, value] of attributes) if (!own || !element.hasAttribute(name)) element.setAttribute(name, value);
    }
    if (own) return void load().catch(report);
    chat.style.setProperty('display', 'block', 'important');
    chat.setAttribute('role', 'region');
    chat.setAttribute('aria-label', 'Chat');
    const button = createLauncher(chat.attachShadow({ mode: 'open' }));
    button.addEventListener('click', clicked);
    for (const reached of ['pointerenter', 'focus']) button.addEventListener(reached, () => load().catch(report), { once: true });
    document.body.append(chat);
    stay(chat);
    const eager = chat.hasAttribute('open') || (chat.getAttribute('mode') ?? 'popup') !== 'popup' || wasOpen(chat);
    if (eager) load().catch(report);
    // A page that speaks first needs the panel for it.
    else whenIdle(chat.hasAttribute('proactive') ? () => load().catch(report) : prefetch);
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
    document.head.append(pinned(document.createElement('link'), { rel: 'modulepreload', href: panelUrl }));
  }

  /** What is fetched may only be what was built. */
  function pinned<T extends HTMLLinkElement | HTMLScriptElement>(element: T, more: Partial<T>): T {
    return Object.assign(element, { integrity: PANEL_INTEGRITY, crossOrigin: 'anonymous' }, nonce ? { nonce } : {}, more);
  }

  function load(): Promise<unknown> {
    loading ??= new Promise((resolve, reject) => {
      const module = pinned(document.createElement('script'), { type: 'module', onload: resolve });
      module.onerror = () => {
        loading = null;
        chat.then(({ shadowRoot }) => shadowRoot?.querySelector('.launcher')?.removeAttribute('aria-busy'), reject);
        reject(new Error(`Halfsecond: ${panelUrl} could not be loaded`));
      };
      if (address === undefined) address = trusted(panelUrl);
      // Where no policy may be made, a script element takes no address; an import does, and is checked by the preload before it.
      if (address === null) {
        prefetch();
        return void import(/* @vite-ignore */ panelUrl).then(resolve, module.onerror as () => void);
      }
      module.src = address;
      document.head.append(module);
    });
    return loading;
  }

  function whenReady(run: (element: HTMLElement) => unknown): void {
    load().then(() => customElements.whenDefined(TAG)).then(() => chat).then(run).catch(report);
  }

  /** Says which directive of the page's policy is in the way, and what it lacks. */
  function blocked({ blockedURI, effectiveDirective, sample }: SecurityPolicyViolationEvent): void {
    const ours = [base.origin, endpoint].map((origin) => origin.replace(/^http/, '')).some((origin) => blockedURI.replace(/^(http|ws)/, '').startsWith(origin));
    // A browser with a sanitizer of its own needs no policy.
    const policy = blockedURI === 'trusted-types-policy' && /^(halfsecond|lit-html)/.test(sample) && !('setHTML' in Element.prototype);
    const lacks = ours ? new URL(blockedURI).origin : policy ? 'halfsecond lit-html' : null;
    if (lacks === null || told.has(effectiveDirective)) return;
    told.add(effectiveDirective);
    console.error(`Halfsecond: the Content-Security-Policy of this page blocks the chat (${blockedURI}). Add ${lacks} to ${effectiveDirective}.`);
  }
}

/** Directives that the console was told of. */
const told = new Set<string>();

const report = (error: unknown): void => console.error(error);

/** What the call returns, so that whoever waits for it hears of its failure. */
function invoke(element: HTMLElement, [method, ...args]: Call): unknown {
  if (!METHODS.includes(method)) return console.warn(`Halfsecond: there is no method ${method}`);
  return (element as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
}

/** `statusUrl` of a dataset is `status-url` on the element. */
function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Setting a script's address needs a policy where a page demands Trusted Types; null where it allows none. */
function trusted(url: string): string | null {
  try {
    return window.trustedTypes?.createPolicy('halfsecond', { createScriptURL: (value) => value }).createScriptURL(url) ?? url;
  } catch {
    return null;
  }
}

/** A page that rebuilds itself takes the chat along; one that takes out only the chat means it. */
function stay(chat: HTMLElement): void {
  const observer = new MutationObserver((records) => {
    observer.observe(document.body, { childList: true });
    const swept = records.some(({ removedNodes }) => [...removedNodes].some((node) => node.contains(chat) && (node !== chat || removedNodes.length > 1)));
    if (swept && !document.querySelector(TAG)) document.body.append(chat);
  });
  observer.observe(document.documentElement, { childList: true });
  observer.observe(document.body, { childList: true });
}

/** The panel was open when this tab last showed the site: it comes back at once. */
function wasOpen(chat: HTMLElement): boolean {
  const consent = chat.getAttribute('consent');
  try {
    return (consent === null || consent === 'granted') && (sessionStorage.getItem(`halfsecond:${chat.getAttribute('endpoint')}:${chat.getAttribute('site')}`)?.includes('"open":true') ?? false);
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
