/** The built bytes: small, pinned, and free of what must not be in them. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { buildWidget, type Built } from '../../../widget/build.ts';

const KB = 1_024;
let folder: string;
let built: Built;
let loader: Buffer;
let panel: Buffer;
let panelPath: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfsecond-widget-'));
  built = await buildWidget(folder);
  loader = await readFile(built.loader);
  panelPath = built.assets.find((path) => basename(path).startsWith('chat-')) ?? '';
  panel = await readFile(panelPath);
});
after(() => rm(folder, { recursive: true, force: true }));

describe('the built widget', () => {
  it('has a loader of at most 3 KB and opens with at most 35 KB (brotli)', (t) => {
    const [small, large] = [brotliCompressSync(loader).length, brotliCompressSync(panel).length];
    const total = small + large;
    t.diagnostic(`loader ${small} bytes of ${3 * KB}, with the panel ${total} bytes of ${35 * KB}; the goal is ${25 * KB}`);
    assert.ok(small <= 3 * KB, `loader: ${small}`);
    assert.ok(total <= 35 * KB, `loader and panel: ${total}`);
  });

  it('has all that opens in one file: nothing that the panel waits for comes after it', () => {
    assert.doesNotMatch(panel.toString(), /(?:^|[;}])import\s*["'{*\w]/);
    assert.doesNotMatch(panel.toString(), /from\s*["'`]\.\//);
  });

  it('pins the panel by its hash', () => {
    const text = loader.toString();
    assert.ok(text.includes(`assets/${basename(panelPath)}`));
    assert.ok(text.includes(`sha384-${createHash('sha384').update(panel).digest('base64')}`));
  });

  it('carries no schema library, no decorators, no parser of HTML, no Lit in the loader', () => {
    const all = loader.toString() + panel.toString();
    for (const word of ['zod', 'ZodError', '@property', '@customElement', 'DOMParser', 'insertAdjacentHTML', 'document.write']) assert.ok(!all.includes(word), word);
    assert.doesNotMatch(loader.toString(), /_\$lit|litElement/);
    assert.doesNotMatch(loader.toString(), /\bimport\b(?!\()/);
  });

  it('keeps other languages out of the panel', () => {
    assert.ok(!panel.toString().includes('Frage stellen'));
    assert.ok(built.assets.some((path) => basename(path).startsWith('de-')));
  });

  it('does nothing when nothing changed', async () => {
    const { mtimeMs } = await stat(panelPath);
    await buildWidget(folder);
    assert.equal((await stat(panelPath)).mtimeMs, mtimeMs);
  });
});
