/** The theme builder: controls on one side, the real widget on the other, the snippet below. Needs no server. */
import { html, render } from 'lit';
import { controls, type Act, type State } from './controls.ts';
import { attributeDefaults, cssOf, designOf, snippetOf } from './design.ts';
import { presets } from './presets.ts';
import type { Shown } from './preview.ts';

/** The mark that something was copied stays this long (ms). */
const COPIED_MS = 3_000;

const first = presets[0] ?? { name: '', light: {}, dark: {} };
const query = new URLSearchParams(location.search);
const state: State = {
  design: designOf(first), preset: first.name, scheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  endpoint: query.get('endpoint') ?? 'https://chat.example.com', site: query.get('site') ?? 'hs_pub_…',
};
let phone = false;

const need = <T extends HTMLElement>(id: string): T => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`#${id} is missing`);
  return element as T;
};
const [form, views, screen, frame, snippet, copied] = [need('controls'), need('views'), need('screen'), need<HTMLIFrameElement>('preview'), need('snippet'), need('copied')];

const act: Act = {
  preset(name) {
    const { attributes, rtl } = state.design;
    state.design = { ...designOf(presets.find((preset) => preset.name === name) ?? first), attributes, rtl };
    state.preset = name;
    update();
  },
  edit(scheme) {
    state.scheme = scheme;
    update();
  },
  color(name, value) {
    const { design, scheme } = state;
    // Text on the bubbles goes along with the text until it has a colour of its own.
    const along = name === '--hs-text' && design[scheme]['--hs-on-bubble'] === design[scheme]['--hs-text'] ? { '--hs-on-bubble': value } : {};
    state.design = { ...design, [scheme]: { ...design[scheme], ...along, [name]: value } };
    state.preset = '';
    update();
  },
  measure(name, value) {
    state.design = { ...state.design, values: { ...state.design.values, [name]: value } };
    state.preset = '';
    update();
  },
  attribute(name, value) {
    state.design = { ...state.design, attributes: { ...state.design.attributes, [name]: value } };
    if (name === 'theme' && (value === 'light' || value === 'dark')) state.scheme = value;
    update();
  },
  rtl(on) {
    state.design = { ...state.design, rtl: on };
    update();
  },
  server(field, value) {
    state[field] = value;
    update();
  },
};

function update(): void {
  render(controls(state, act), form);
  render(html`<h2>Preview</h2><div class="segments" role="group" aria-label="Size of the preview">${[false, true].map((small) => html`<button type="button" aria-pressed=${phone === small} @click=${() => {
    phone = small;
    update();
  }}>${small ? 'Phone' : 'Desktop'}</button>`)}</div>`, views);
  screen.classList.toggle('phone', phone);
  snippet.textContent = snippetOf(state.design, state.endpoint, state.site);
  preview();
}

/** The preview shows the scheme that is being edited, also where the visitor's own would decide. */
function preview(): void {
  const { design, scheme } = state;
  const theme = design.attributes['theme'] === 'auto' ? scheme : design.attributes['theme'] ?? scheme;
  const shown: Shown = { css: cssOf(design), attributes: { ...attributeDefaults, ...design.attributes, theme }, rtl: design.rtl };
  frame.contentWindow?.postMessage(shown, location.origin);
}

window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
  if (source === frame.contentWindow && data === 'ready') preview();
});
form.addEventListener('submit', (event) => event.preventDefault());
need('copy').addEventListener('click', () => {
  const say = (words: string): void => {
    copied.textContent = words;
    setTimeout(() => (copied.textContent = ''), COPIED_MS);
  };
  navigator.clipboard.writeText(snippet.textContent).then(() => say('Copied'), () => {
    // Where the browser does not let a page copy, the visitor can: the snippet is marked for it.
    getSelection()?.selectAllChildren(snippet);
    say('Marked: copy it with your keyboard');
  });
});
update();
