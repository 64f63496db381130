/** What the browser tests share: a fresh element against the scripted bff, and waiting for things to happen. */
import '../../../widget/chat/define.ts';
import type { HalfsecondChat } from '../../../widget/chat/element.ts';
import type { Seen } from '../fake-bff.ts';

const { url: bffUrl } = (await (await fetch('/fake-bff')).json()) as { url: string };
export { bffUrl };

let sites = 0;
/**
 * A new element in the page, upgraded and rendered. Storage is empty unless `keep` says otherwise, and the site is another one:
 * what an earlier test has left behind would be another tab of the same conversation.
 */
export async function chat(attributes: Record<string, string> = {}, keep = false): Promise<HalfsecondChat> {
  if (!keep) {
    localStorage.clear();
    sessionStorage.clear();
    sites += 1;
  }
  const element = document.createElement('halfsecond-chat') as HalfsecondChat;
  for (const [name, value] of Object.entries({ site: `hs_pub_demo${sites}`, endpoint: bffUrl, lang: 'en', ...attributes })) element.setAttribute(name, value);
  document.body.append(element);
  await element.updateComplete;
  if (element.mode === 'popup') await until('the launcher', () => element.shadowRoot?.querySelector('.launcher[aria-expanded][aria-label]'));
  return element;
}

/** Resolves with the first value that is neither false, null nor undefined. */
export async function until<T>(what: string, look: () => T | false | null | undefined, ms = 5_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const value = look();
    if (value !== false && value !== null && value !== undefined) return value;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const shadow = (element: Element): ShadowRoot => element.shadowRoot ?? fail(`${element.localName} has no shadow root`);
export const find = <T extends Element = HTMLElement>(element: Element, selector: string): T | null => shadow(element).querySelector<T>(selector);
export const all = (element: Element, selector: string): HTMLElement[] => [...shadow(element).querySelectorAll<HTMLElement>(selector)];
export const need = <T extends Element = HTMLElement>(element: Element, selector: string): T => find<T>(element, selector) ?? fail(`nothing matches ${selector}`);

/** Text of the newest answer, without what only screen readers get. */
export function answerText(element: Element): string {
  return all(element, '.answer').at(-1)?.querySelector('.prose')?.textContent ?? '';
}

/** Asks and waits until nothing is running any more. */
export async function asked(element: HalfsecondChat, text: string): Promise<void> {
  const before = all(element, '.answer').length;
  element.send(text);
  await until(`an answer to "${text.slice(0, 30)}"`, () => all(element, '.answer').length > before && !find(element, '.stop'));
  await element.updateComplete;
}

export function key(element: Element, name: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true, ...more });
  element.dispatchEvent(event);
  return event;
}

export function typed(element: HalfsecondChat, text: string): HTMLTextAreaElement {
  const input = need<HTMLTextAreaElement>(element, '#input');
  input.value = text;
  input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  return input;
}

/** What the scripted bff has seen. */
export async function seen(): Promise<Seen[]> {
  return (await (await fetch(`${bffUrl}/api/seen`)).json()) as Seen[];
}

export function clean(): void {
  for (const element of document.querySelectorAll('halfsecond-chat')) element.remove();
}

function fail(message: string): never {
  throw new Error(message);
}
