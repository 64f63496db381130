/** The controls of the theme builder: one for every token, and the attributes that change how the chat looks. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Token } from '../api.ts';
import { others } from '../locales/load.ts';
import { contrast, hex, pairs } from './contrast.ts';
import { colors, measures, type Design, type Scheme } from './design.ts';
import { presets } from './presets.ts';

export type Act = {
  preset(name: string): void;
  edit(scheme: Scheme): void;
  color(name: string, value: string): void;
  measure(name: string, value: string): void;
  attribute(name: string, value: string): void;
  rtl(on: boolean): void;
  server(field: 'endpoint' | 'site', value: string): void;
};
export type State = { design: Design; preset: string; scheme: Scheme; endpoint: string; site: string };

const valueOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;

export function controls(state: State, act: Act): TemplateResult {
  const { design, scheme } = state;
  const failing = failures(design, scheme);
  const elsewhere = failures(design, scheme === 'light' ? 'dark' : 'light');
  return html`
    <fieldset class="presets"><legend>Start from</legend>
      ${presets.map(({ name, light, dark }) => html`<label class="preset"><input type="radio" name="preset" value=${name} .checked=${state.preset === name} @change=${() => act.preset(name)}>
        <span class="chips" aria-hidden="true">${[light['--hs-accent'] ?? '#2747d4', light['--hs-bubble'] ?? '#eef1fb', dark['--hs-background'] ?? '#14161c'].map((color) => html`<i .style=${`background:${color}`}></i>`)}</span>${name}</label>`)}
    </fieldset>
    ${section('Colours', true, html`
      ${choice('scheme', 'Colours for', [['light', 'Light'], ['dark', 'Dark']], scheme, (value) => act.edit(value as Scheme))}
      <div class="colors">${colors.map((token) => color(token, design[scheme][token.name] ?? '', act))}</div>
      <h3 id="contrast">Contrast, ${scheme}</h3>
      <ul class="pairs" aria-labelledby="contrast">${pairs.map((pair) => {
        const [front = '', back = ''] = [design[scheme][pair.front], design[scheme][pair.back]];
        const ratio = contrast(front, back);
        const good = ratio >= pair.least;
        return html`<li class=${good ? 'good' : 'bad'} data-pair="${pair.front} ${pair.back}"><span class="sample" aria-hidden="true" .style=${`color:${front};background:${back}`}>Aa</span>
          <span>${pair.what}</span><b>${shown(ratio)}</b><em>${good ? 'AA' : `needs ${pair.least}`}</em></li>`;
      })}</ul>
      <p class="verdict ${failing + elsewhere > 0 ? 'bad' : 'good'}" role="status">${verdict(failing, elsewhere, scheme)}</p>`)}
    ${section('Type and sizes', false, html`${measures.map((token) => measure(token, design.values[token.name] ?? '', act))}`)}
    ${section('Behaviour', true, html`
      ${choice('mode', 'Shown as', [['popup', 'Popup'], ['inline', 'In the page'], ['fullscreen', 'Full screen']], design.attributes['mode'] ?? '', (value) => act.attribute('mode', value))}
      ${choice('position', 'Launcher', [['right', 'Right'], ['left', 'Left']], design.attributes['position'] ?? '', (value) => act.attribute('position', value))}
      ${choice('theme', 'Scheme', [['auto', 'Visitor’s'], ['light', 'Light'], ['dark', 'Dark']], design.attributes['theme'] ?? '', (value) => act.attribute('theme', value))}
      ${choice('density', 'Density', [['', 'Comfortable'], ['compact', 'Compact']], design.attributes['density'] ?? '', (value) => act.attribute('density', value))}
      <label class="field">Language<select name="lang" @change=${(event: Event) => act.attribute('lang', valueOf(event))}>
        <option value="">The page’s own</option>${['en', ...Object.keys(others)].map((tag) => html`<option value=${tag} .selected=${design.attributes['lang'] === tag}>${new Intl.DisplayNames(tag, { type: 'language' }).of(tag)}</option>`)}</select></label>
      <label class="tick"><input type="checkbox" name="rtl" .checked=${design.rtl} @change=${(event: Event) => act.rtl((event.target as HTMLInputElement).checked)}>Preview on a right-to-left page</label>
      <label class="tick"><input type="checkbox" name="timing" .checked=${design.attributes['timing'] !== ''} @change=${(event: Event) => act.attribute('timing', (event.target as HTMLInputElement).checked ? 'on' : '')}>Show when the first word was there</label>`)}
    ${section('Words', false, html`
      ${text('heading', 'Heading', 'Ask us anything', design, act)}
      ${text('greeting', 'Greeting', 'Hi! What would you like to know?', design, act)}
      ${text('prompts', 'Suggested questions, separated by |', 'Where is my order?|How do I pay?', design, act)}`)}
    ${section('Your server', false, html`
      <label class="field">Address<input name="endpoint" type="url" .value=${state.endpoint} @input=${(event: Event) => act.server('endpoint', valueOf(event))}></label>
      <label class="field">Site key<input name="site" .value=${state.site} spellcheck="false" @input=${(event: Event) => act.server('site', valueOf(event))}></label>`)}`;
}

/** How many pairs have too little contrast. */
export function failures(design: Design, scheme: Scheme): number {
  return pairs.filter(({ front, back, least }) => !(contrast(design[scheme][front] ?? '', design[scheme][back] ?? '') >= least)).length;
}

function verdict(failing: number, elsewhere: number, scheme: Scheme): string {
  if (failing > 0) return `${failing === 1 ? 'One pair has' : `${failing} pairs have`} too little contrast for WCAG 2.2 AA.`;
  if (elsewhere > 0) return `Fine here. In the ${scheme === 'light' ? 'dark' : 'light'} colours, ${elsewhere === 1 ? 'one pair has' : `${elsewhere} pairs have`} too little contrast.`;
  return 'Every pair passes WCAG 2.2 AA, light and dark.';
}

/** Rounded down: 4.49 must not read as 4.5. */
function shown(ratio: number): string {
  return Number.isNaN(ratio) ? '–' : (Math.floor(ratio * 10) / 10).toFixed(1);
}

function section(title: string, open: boolean, content: TemplateResult): TemplateResult {
  return html`<details ?open=${open}><summary><h2>${title}</h2></summary><div class="inside">${content}</div></details>`;
}

function choice(name: string, legend: string, options: [value: string, label: string][], current: string, chosen: (value: string) => void): TemplateResult {
  return html`<fieldset class="choice"><legend>${legend}</legend><div>${options.map(([value, label]) => html`<label><input type="radio" name=${name} value=${value} .checked=${current === value} @change=${() => chosen(value)}><span>${label}</span></label>`)}</div></fieldset>`;
}

/** `--hs-on-accent` reads as "On accent". */
function titleOf(name: string): string {
  const words = name.replace('--hs-', '').replaceAll('-', ' ');
  return (words[0]?.toUpperCase() ?? '') + words.slice(1);
}

function color({ name, about }: Token, value: string, act: Act): TemplateResult {
  const typed = (event: Event): void => {
    const good = hex(valueOf(event));
    (event.target as HTMLInputElement).setCustomValidity(good ? '' : 'A colour such as #2747d4');
    if (good) act.color(name, good);
  };
  return html`<div class="color"><input type="color" name=${name} aria-label=${titleOf(name)} .value=${value} @input=${(event: Event) => act.color(name, valueOf(event))}>
    <div><span>${titleOf(name)}</span><small>${about}</small></div>
    <input class="hex" name="${name} hex" aria-label="${titleOf(name)}, as hex" maxlength="7" spellcheck="false" autocomplete="off" .value=${value} @change=${typed}></div>`;
}

type Limits = { min: number; max: number; step?: number; unit: string };
const LIMITS: Record<string, Limits> = {
  '--hs-font-size': { min: 13, max: 20, unit: 'px' }, '--hs-radius': { min: 0, max: 32, unit: 'px' }, '--hs-width': { min: 320, max: 640, step: 4, unit: 'px' }, '--hs-height': { min: 420, max: 860, step: 10, unit: 'px' },
  '--hs-launcher-size': { min: 44, max: 80, unit: 'px' }, '--hs-launcher-radius': { min: 0, max: 50, unit: '%' }, '--hs-offset-x': { min: 0, max: 80, unit: 'px' }, '--hs-offset-y': { min: 0, max: 120, unit: 'px' },
};
const FONTS: Record<string, [label: string, value: string][]> = {
  '--hs-font': [['Serif', 'Georgia, \'Times New Roman\', serif'], ['Rounded', 'ui-rounded, \'SF Pro Rounded\', \'Nunito\', \'Varela Round\', sans-serif'], ['Helvetica', '\'Helvetica Neue\', Helvetica, Arial, sans-serif'], ['Verdana', 'Verdana, Geneva, sans-serif'], ['Typewriter', '\'Courier New\', Courier, monospace']],
  '--hs-font-mono': [['Courier', '\'Courier New\', Courier, monospace']],
};

function measure({ name, kind, about, fallback }: Token, value: string, act: Act): TemplateResult {
  const head = html`<span>${titleOf(name)}</span><small>${about}</small>`;
  if (kind === 'font') {
    return html`<label class="field"><span class="with-note">${head}</span><select name=${name} @change=${(event: Event) => act.measure(name, valueOf(event))}>
      ${[[fallback === 'inherit' ? 'The page’s own' : 'System', fallback], ...(FONTS[name] ?? [])].map(([label, font]) => html`<option value=${font ?? ''} .selected=${font === value}>${label}</option>`)}</select></label>`;
  }
  const limits = LIMITS[name];
  const changed = (event: Event): void => act.measure(name, valueOf(event) + (limits?.unit ?? ''));
  return html`<label class="field"><span class="with-note">${head}${limits ? html`<output>${value}</output>` : nothing}</span>${limits
    ? html`<input type="range" name=${name} min=${limits.min} max=${limits.max} step=${limits.step ?? 1} .value=${String(Number.parseFloat(value))} @input=${changed}>`
    : html`<input type="number" name=${name} .value=${value} @change=${changed}>`}</label>`;
}

function text(name: string, label: string, placeholder: string, design: Design, act: Act): TemplateResult {
  return html`<label class="field">${label}<input name=${name} placeholder=${placeholder} .value=${design.attributes[name] ?? ''} @input=${(event: Event) => act.attribute(name, valueOf(event))}></label>`;
}
