/** A design: a value for every token and the few attributes that change how the chat looks; and what it is as HTML and CSS. Pure. */
import { tokens, type Token } from '../api.ts';
import { hex } from './contrast.ts';

export type Scheme = 'light' | 'dark';
/** Colours once per scheme, everything else once. `attributes` are those of the element; an empty one is left out. */
export type Design = { light: Record<string, string>; dark: Record<string, string>; values: Record<string, string>; attributes: Record<string, string>; rtl: boolean };
/** Colours by token; what is not named stays as it is by default. */
export type Preset = { name: string; light: Record<string, string>; dark: Record<string, string>; values?: Record<string, string> };

export const colors: Token[] = tokens.filter(({ kind }) => kind === 'color');
export const measures: Token[] = tokens.filter(({ kind }) => kind !== 'color');
/** Attributes that are part of the exported script tag, with what they are when nobody says anything. */
export const attributeDefaults: Record<string, string> = { mode: 'popup', position: 'right', theme: 'auto', density: '', lang: '', heading: '', greeting: '', prompts: '', timing: '' };

/** A token that takes another one's value unless it has its own. */
const FOLLOWS: Record<string, string> = { '--hs-on-bubble': '--hs-text' };

/** The widget as it comes, with the colours of `preset` over it. */
export function designOf(preset: Preset): Design {
  const scheme = (own: Record<string, string>, at: 0 | 1): Record<string, string> => {
    const all = Object.fromEntries(colors.map((token) => [token.name, own[token.name] ?? defaultColor(token, at)]));
    for (const [name, other] of Object.entries(FOLLOWS)) if (!(name in own)) all[name] = all[other] ?? '';
    return all;
  };
  return {
    light: scheme(preset.light, 0), dark: scheme(preset.dark, 1),
    values: Object.fromEntries(measures.map(({ name, fallback }) => [name, preset.values?.[name] ?? fallback])),
    attributes: { ...attributeDefaults }, rtl: false,
  };
}

const plain: Design = designOf({ name: '', light: {}, dark: {} });

/** The rule for a page's style sheet; empty when nothing differs from the defaults. */
export function cssOf(design: Design): string {
  const { theme } = design.attributes;
  const lines = colors.flatMap(({ name }) => {
    const [light = '', dark = ''] = [design.light[name], design.dark[name]];
    const follows = FOLLOWS[name];
    const same = follows === undefined ? light === plain.light[name] && dark === plain.dark[name] : light === design.light[follows] && dark === design.dark[follows];
    if (same) return [];
    return [`  ${name}: ${theme === 'light' || light === dark ? light : theme === 'dark' ? dark : `light-dark(${light}, ${dark})`};`];
  });
  for (const { name, fallback } of measures) if (design.values[name] !== fallback) lines.push(`  ${name}: ${design.values[name]};`);
  return lines.length === 0 ? '' : `halfsecond-chat {\n${lines.join('\n')}\n}`;
}

/** What goes into a page: the script tag, for an inline chat the element in its place, and a style element when there is anything to say in it. */
export function snippetOf(design: Design, endpoint: string, site: string): string {
  const own = Object.entries(design.attributes).filter(([name, value]) => value !== attributeDefaults[name]).map(([name, value]): [string, string] => [name, name === 'timing' ? '' : value]);
  const inline = design.attributes['mode'] === 'inline';
  const data: [string, string][] = [['site', site], ...(inline ? [] : own)];
  const tag = `<script src="${quoted(endpoint.replace(/\/+$/, ''))}/halfsecond.js"${data.map(([name, value]) => `\n        data-${written(name, value)}`).join('')} async></script>`;
  const place = inline ? `<halfsecond-chat ${own.map(([name, value]) => written(name, value)).join(' ')}></halfsecond-chat>\n` : '';
  const css = cssOf(design);
  return place + (css === '' ? tag : `${tag}\n<style>\n${css}\n</style>`);
}

function written(name: string, value: string): string {
  return value === '' ? name : `${name}="${quoted(value)}"`;
}

function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function defaultColor({ fallback }: Token, at: 0 | 1): string {
  const both = /^light-dark\((#\w+), (#\w+)\)$/.exec(fallback);
  return hex(both ? both[at + 1] ?? '' : fallback) ?? '#000000';
}
