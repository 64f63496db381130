/** The house's rules as a test: who may import whom, sizes, no barrels, no classes but errors. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
const code = tracked.filter((path) => /\.(ts|mjs|js)$/.test(path) && !path.endsWith('.d.ts'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

type Import = { from: string; to: string; typeOnly: boolean };
/** Static, dynamic and re-exporting imports, as text; a relative one as its path from the root. */
function importsOf(path: string): Import[] {
  const source = read(path);
  const found = [...source.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm), ...source.matchAll(/(?<!\w)import\(\s*()['"]([^'"]+)['"]/g)];
  return found.map(([, type, to]) => ({ from: path, typeOnly: Boolean(type), to: to?.startsWith('.') ? relative(root, resolve(root, dirname(path), to)) : (to ?? '') }));
}
const imports = code.flatMap(importsOf);
const inside = (path: string, ...folders: string[]) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
const show = ({ from, to }: Import) => `${from} imports ${to}`;

const layers: Record<string, string[]> = {
  gateway: ['hono', '@hono/node-server', 'jose', 'ws', 'zod'],
  dispatch: [],
  memory: ['@lancedb/lancedb', 'apache-arrow', 'mdast-util-from-markdown', 'mdast-util-gfm', 'micromark-extension-gfm', 'mdast', 'htmlparser2', 'unpdf'],
  route: ['openai', '@anthropic-ai/sdk', '@pydantic/genai-prices'],
  // zod reads the tools' JSON schemas (z.fromJSONSchema); undici dials the address that was checked; yaml reads OpenAPI documents; nodemailer tells a person.
  tools: ['@modelcontextprotocol/client', 'zod', 'undici', 'yaml', 'nodemailer'],
};
const isPackage = (to: string, names: string[]) => names.some((name) => to === name || to.startsWith(`${name}/`));

test('the top level is fixed', () => {
  const allowed = /^(\..+|package(-lock)?\.json|widget|bff|status|shared|test|README\.md|LICENSE|tsconfig\.base\.json|halfsecond\.config\.json)$/;
  const top = [...new Set(tracked.map((path) => path.split('/')[0] ?? path))];
  assert.deepEqual(top.filter((name) => !allowed.test(name)), []);
});

test('shared imports only zod/mini and itself', () => {
  assert.deepEqual(imports.filter(({ from, to }) => inside(from, 'shared') && to !== 'zod/mini' && !inside(to, 'shared')).map(show), []);
  assert.equal(code.some((path) => path.startsWith('shared/index.')), false);
});

test('widget code loads lit, its own parts and shared/limits; the rest of shared only as types', () => {
  // The tokenizer for code stays in its lazy chunk.
  const coloring = (path: string) => (path === 'widget/markdown/colour.ts' ? ['@speed-highlight/core'] : []);
  // The wrapper for React is a package entry of its own, never part of the panel.
  const wrapping = (path: string) => (inside(path, 'widget/react') ? ['react', '@lit/react'] : []);
  const browser = (path: string) => inside(path, 'widget') && !inside(path, 'widget/demo', 'widget/build.ts', 'widget/build', 'widget/node');
  const wrong = imports.filter(({ from, to, typeOnly }) => browser(from) && !inside(to, 'widget') && !isPackage(to, ['lit', ...coloring(from), ...wrapping(from)]) && to !== '@halfsecond/shared/limits' && !(typeOnly && isPackage(to, ['@halfsecond/shared'])));
  assert.deepEqual(wrong.map(show), []);
});

test('status knows nothing of the bff', () => {
  const wrong = imports.filter(({ from, to }) => inside(from, 'status') && (inside(to, 'bff', 'widget', 'test') || isPackage(to, ['@halfsecond/bff', '@halfsecond/widget'])));
  assert.deepEqual(wrong.map(show), []);
});

test('no layer imports another layer, and vendors stay in their layer', () => {
  for (const [layer, vendors] of Object.entries(layers)) {
    const folder = `bff/${layer}`;
    // Types of what is kept (store/) are the gateway's ports; it gets the functions from main.ts.
    const allowed = ({ to, typeOnly }: Import) =>
      inside(to, folder, 'bff/layers.ts') || to.startsWith('node:') || isPackage(to, ['@halfsecond/shared', ...vendors]) || (typeOnly && layer === 'gateway' && inside(to, 'bff/store'));
    assert.deepEqual(imports.filter((entry) => inside(entry.from, folder) && !allowed(entry)).map(show), []);
  }
});

test('nobody imports cli or main but the command line, tests and main itself', () => {
  const wrong = imports.filter(({ from, to }) => inside(to, 'bff/cli', 'bff/main.ts') && !inside(from, 'bff/cli', 'test'));
  assert.deepEqual(wrong.map(show), []);
});

test('no import cycles in the bff and shared', () => {
  const edges = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) if (!typeOnly && inside(from, 'bff', 'shared')) edges.set(from, [...(edges.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (path: string, trail: string[]): void => {
    assert.equal(trail.includes(path), false, `cycle: ${[...trail, path].join(' → ')}`);
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
});

test('no file is longer than 280 lines', () => {
  // Word lists and sentences are data that happen to be code.
  const data = /background\.ts$|\/locales\//;
  const long = code.filter((path) => !inside(path, 'test') && !data.test(path)).map((path) => ({ path, lines: read(path).split('\n').length })).filter(({ lines }) => lines > 281);
  assert.deepEqual(long, []);
});

test('no barrels, no utils, no classes in the bff but errors', () => {
  assert.deepEqual(code.filter((path) => !inside(path, 'test') && /(^|\/)(index|utils|helpers)\.ts$|\/utils\//.test(path)), []);
  const classes = code.filter((path) => inside(path, 'bff')).flatMap((path) => [...read(path).matchAll(/^(?:export )?(?:abstract )?class .*$/gm)].map(([line]) => `${path}: ${line}`));
  assert.deepEqual(classes.filter((line) => !/class \w+ extends \w*Error\b/.test(line)), []);
});

test('every source file opens by saying what it holds', () => {
  const silent = code.filter((path) => !/^(#!.*\n)?(\/\/[^\n]*\n)*\s*\/\*\*/.test(read(path)) && !/\.config\.(mjs|ts|js)$/.test(path));
  assert.deepEqual(silent, []);
});

test('the lockfile holds no registry address', () => {
  assert.equal(read('package-lock.json').includes('"resolved": "http'), false);
});
