/** The lazy half of code colouring: tokens become spans, colours come from a constructable sheet; no markup is parsed. */
import { tokenizeWith, type ShjLanguageData } from '@speed-highlight/core/tokenize';
import bash from '@speed-highlight/core/languages/bash.js';
import c from '@speed-highlight/core/languages/c.js';
import css from '@speed-highlight/core/languages/css.js';
import diff from '@speed-highlight/core/languages/diff.js';
import docker from '@speed-highlight/core/languages/docker.js';
import go from '@speed-highlight/core/languages/go.js';
import html from '@speed-highlight/core/languages/html.js';
import http from '@speed-highlight/core/languages/http.js';
import ini from '@speed-highlight/core/languages/ini.js';
import java from '@speed-highlight/core/languages/java.js';
import js from '@speed-highlight/core/languages/js.js';
import json from '@speed-highlight/core/languages/json.js';
import py from '@speed-highlight/core/languages/py.js';
import regex from '@speed-highlight/core/languages/regex.js';
import rs from '@speed-highlight/core/languages/rs.js';
import sql from '@speed-highlight/core/languages/sql.js';
import toml from '@speed-highlight/core/languages/toml.js';
import ts from '@speed-highlight/core/languages/ts.js';
import xml from '@speed-highlight/core/languages/xml.js';
import yaml from '@speed-highlight/core/languages/yaml.js';

const languages = { bash, c, css, diff, docker, go, html, http, ini, java, js, json, py, regex, rs, sql, toml, ts, xml, yaml } as unknown as Record<string, ShjLanguageData>;

/** Names that models write for the languages above. */
const LANGUAGES: Record<string, string> = {
  bash: 'bash', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', c: 'c', cpp: 'c', 'c++': 'c', h: 'c', css: 'css', scss: 'css', diff: 'diff', patch: 'diff',
  dockerfile: 'docker', docker: 'docker', go: 'go', golang: 'go', html: 'html', vue: 'html', svelte: 'html', http: 'http', ini: 'ini', env: 'ini', properties: 'ini', java: 'java', kotlin: 'java', 'c#': 'java', cs: 'java',
  csharp: 'java', js: 'js', javascript: 'js', mjs: 'js', jsx: 'js', json: 'json', jsonc: 'json', python: 'py', py: 'py', rust: 'rs', rs: 'rs', sql: 'sql', toml: 'toml', ts: 'ts', typescript: 'ts', tsx: 'ts', xml: 'xml', svg: 'xml',
  yaml: 'yaml', yml: 'yaml',
};
/** Kinds of tokens that have a colour, light and dark: each at least 4.5 : 1 on the ground that code stands on. */
export const COLOURS: Record<string, [light: string, dark: string]> = {
  kwd: ['#7b2fbe', '#c9a9ff'], oper: ['#4b5263', '#b6bdcc'], str: ['#0d6847', '#7edcaa'], num: ['#93480b', '#f3b77c'], bool: ['#93480b', '#f3b77c'], func: ['#1f4fd0', '#93b8ff'],
  type: ['#0b6475', '#7fd4e2'], class: ['#0b6475', '#7fd4e2'], section: ['#0b6475', '#7fd4e2'], var: ['#a3341c', '#ffb59f'], cmnt: ['#5b6272', '#9ba3b4'], esc: ['#a3341c', '#ffb59f'],
  insert: ['#0d6847', '#7edcaa'], deleted: ['#a3341c', '#ffb59f'],
};

let sheet: CSSStyleSheet | null = null;

/** Puts every token of `code` into a span of its kind, when `language` is a known one. */
export function colour(code: Element, language: string): void {
  const grammar = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
  if (grammar === undefined) return;
  const root = code.getRootNode();
  if (root instanceof ShadowRoot || root instanceof Document) dress(root);
  const nodes: Node[] = [];
  tokenizeWith(code.textContent ?? '', grammar, (text, kind) => {
    if (text === '') return;
    if (kind === undefined || !Object.hasOwn(COLOURS, kind)) return void nodes.push(document.createTextNode(text));
    const span = document.createElement('span');
    span.className = `t-${kind}`;
    span.append(text);
    nodes.push(span);
  }, { languages });
  code.replaceChildren(...nodes);
}

function dress(root: ShadowRoot | Document): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(Object.entries(COLOURS).map(([kind, [light, dark]]) => `.t-${kind}{color:light-dark(${light},${dark})}`).join(''));
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
