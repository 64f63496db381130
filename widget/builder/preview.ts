/** The inside of the preview: a page that could be anybody's, with the real widget on it and canned answers. */
import { cannedFetch } from './canned.ts';
import { sampleIn } from './sample.ts';
import type { HalfsecondChat } from '../chat/element.ts';

/** What the builder tells the preview: the exported rule and attributes, as a page would have them. */
export type Shown = { css: string; attributes: Record<string, string>; rtl: boolean };

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
let language = '';
window.fetch = cannedFetch(() => language);
await import('../chat/define.ts');

let chat: HalfsecondChat | null = null;
/** Language and mode are what a page decides once: another one is another widget. */
let kind = '';

window.addEventListener('message', ({ source, data }: MessageEvent<Shown>) => {
  if (source === window.parent && source !== window) show(data);
});
window.parent.postMessage('ready', location.origin);

function show({ css, attributes, rtl }: Shown): void {
  sheet.replaceSync(css);
  const root = document.documentElement;
  root.dir = rtl ? 'rtl' : 'ltr';
  root.style.colorScheme = attributes['theme'] === 'auto' ? 'light dark' : attributes['theme'] ?? '';
  document.body.dataset['mode'] = attributes['mode'] ?? '';
  const next = `${attributes['mode']} ${attributes['lang']} ${rtl}`;
  if (!chat || next !== kind) {
    chat?.remove();
    kind = next;
    language = attributes['lang'] || 'en';
    chat = document.createElement('halfsecond-chat') as HalfsecondChat;
    chat.setAttribute('consent', 'none');
    chat.setAttribute('open', '');
    apply(chat, attributes);
    (document.querySelector('#place') ?? document.body).append(chat);
    // Not by hand: the focus stays with the controls.
    void chat.updateComplete.then(() => chat?.send(sampleIn(language).question));
  }
  apply(chat, attributes);
}

function apply(element: HTMLElement, attributes: Record<string, string>): void {
  for (const [name, value] of Object.entries(attributes)) {
    // `timing` counts by being there.
    if (value === '' || value === 'off') element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
  if (!attributes['lang']) element.setAttribute('lang', 'en');
}
