/** The README's tables, written from `api.ts` between their marks: `node build/docs.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attributes, events, methods, parts, properties, tokens } from '../api.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Each table under its name, as Markdown; the parts are a list, what each is says the manifest. */
export const tables: Record<string, string> = {
  attributes: table(['attribute', 'property', 'values', 'default', 'what'], attributes.map(({ name, property, values, fallback, about }) => [code(name), property === '' ? '' : code(property), values, fallback, about])),
  properties: table(['property', 'type', 'what'], properties.map(({ name, type, about }) => [code(name), code(type), about])),
  methods: table(['method', 'does'], methods.map(({ name, parameters, returns, about }) => [code(`${name}(${parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(', ')}): ${returns}`), about])),
  events: table(['event', '`detail`', 'when'], events.map(({ name, detail, about }) => [code(name), detail.startsWith('Record') ? '`{}`' : code(detail), about])),
  tokens: table(['property', 'default', 'what'], tokens.map(({ name, fallback, about }) => [code(name), fallback === 'var(--_text)' ? 'as `--hs-text`' : code(fallback), about])),
  parts: `${parts.map(({ name }) => code(name)).join(', ')}.`,
};

/** `text` with every table between `<!-- NAME -->` and `<!-- /NAME -->` written anew. Throws when a table has no place. */
export function withTables(text: string): string {
  return Object.entries(tables).reduce((sum, [name, rows]) => {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!place.test(sum)) throw new Error(`README.md has no place for the table of ${name}`);
    return sum.replace(place, (_, begin: string, end: string) => `${begin}${rows}\n${end}`);
  }, text);
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(README, withTables(readFileSync(README, 'utf8')));
