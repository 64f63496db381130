/** Builds what npm gets, into `dist/npm`: two entries with their languages and what a server gets in their place, types, and the custom-elements manifest. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { tight } from '../build.ts';
import { customElementsManifest } from './manifest.ts';

const here = fileURLToPath(new URL('..', import.meta.url));
/** Output name and source of each entry. */
const entries = { widget: 'npm.ts', react: 'react/halfsecond-chat.ts', server: 'server.ts', 'react-server': 'react/server.ts' };
/** Those that compilers look at: what a server gets has the same types. */
const typed = [entries.widget, entries.react];
const COMPILER = fileURLToPath(import.meta.resolve('typescript-7/package.json')).replace(/package\.json$/, 'bin/tsc');

/** Builds anew into `outDir` (default `widget/dist/npm`); what is imported from npm stays an import. Throws with the compiler's words when a type is wrong. */
export async function buildPackage(outDir: string = join(here, 'dist/npm')): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  await build({
    configFile: false, root: here, logLevel: 'warn', plugins: [tight()],
    build: {
      outDir, target: 'es2022', minify: false, reportCompressedSize: false,
      // As a library: an application's helpers for preloading would meet the application's own.
      lib: { entry: Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, join(here, source)])), formats: ['es'] },
      rolldownOptions: {
        external: [/^lit($|\/)/, /^@lit\//, /^@speed-highlight\//, 'react'],
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js', banner: ({ name }) => (name.startsWith('react') ? '\'use client\';' : '') },
      },
    },
  });
  writeTypes(outDir);
  writeFileSync(join(outDir, 'custom-elements.json'), `${JSON.stringify(customElementsManifest('dist/npm/widget.js'), null, 2)}\n`);
}

/** The compiler's own declarations, only those that the entries reach. */
function writeTypes(outDir: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-types-'));
  try {
    const project = join(folder, 'tsconfig.json');
    const options = { noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: join(here, '..'), outDir: join(folder, 'out'), typeRoots: [] };
    writeFileSync(project, JSON.stringify({ extends: join(here, 'tsconfig.json'), compilerOptions: options, files: typed.map((source) => join(here, source)), include: [] }));
    execFileSync(process.execPath, [COMPILER, '-p', project], { stdio: ['ignore', 'inherit', 'inherit'] });
    const out = join(folder, 'out', relative(join(here, '..'), here));
    const seen = new Set<string>();
    const take = (source: string): void => {
      if (seen.has(source)) return;
      seen.add(source);
      const text = readFileSync(join(out, source.replace(/\.ts$/, '.d.ts')), 'utf8');
      for (const [, to] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+\.ts)['"]/g)) take(join(dirname(source), to ?? ''));
      const target = join(outDir, 'types', source.replace(/\.ts$/, '.d.ts'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text.replace(/((?:from|import\()\s*['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2'));
    };
    for (const source of typed) take(source);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage();
