/** Builds the widget: first the hashed panel, then the loader with the panel's name and integrity written in, then the theme builder. */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { lean } from './build/lean.ts';
import { buildThemePage } from './build/theme.ts';

/** Paths of the loader and of every file in `assets`, absolute. */
export type Built = { loader: string; assets: string[] };

const here = dirname(fileURLToPath(import.meta.url));
const target = 'es2022';

/** Builds into `outDir` (default `widget/dist`), or does nothing when the sources are those of the last build. */
export async function buildWidget(outDir: string = join(here, 'dist')): Promise<Built> {
  const stamp = join(outDir, '.hash');
  const hash = sourcesHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && existsSync(join(outDir, 'halfsecond.js'))) return result(outDir);

  // Elsewhere at first: who builds into the same folder at the same time, or serves it, never meets half a build.
  const work = mkdtempSync(join(tmpdir(), 'halfsecond-build-'));
  try {
    await buildInto(work);
    put(work, outDir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  writeFileSync(stamp, hash);
  return result(outDir);
}

async function buildInto(outDir: string): Promise<void> {
  await build({
    configFile: false, root: here, logLevel: 'warn', plugins: [lean(), tight()],
    build: {
      outDir, emptyOutDir: false, target, modulePreload: false, reportCompressedSize: false,
      rolldownOptions: {
        input: { chat: join(here, 'chat/define.ts') },
        preserveEntrySignatures: 'allow-extension',
        output: { entryFileNames: 'assets/[name]-[hash].js', chunkFileNames: 'assets/[name]-[hash].js' },
      },
    },
  });
  const panel = readdirSync(join(outDir, 'assets')).find((name) => /^chat-[\w-]+\.js$/.test(name));
  if (panel === undefined) throw new Error(`the panel is missing in ${join(outDir, 'assets')}`);
  const integrity = `sha384-${createHash('sha384').update(readFileSync(join(outDir, 'assets', panel))).digest('base64')}`;
  await build({
    configFile: false, root: here, logLevel: 'warn', plugins: [tight()],
    define: { PANEL_FILE: JSON.stringify(`assets/${panel}`), PANEL_INTEGRITY: JSON.stringify(integrity) },
    build: {
      outDir, emptyOutDir: false, target, modulePreload: false, reportCompressedSize: false,
      rolldownOptions: { input: join(here, 'loader.ts'), output: { format: 'iife', entryFileNames: 'halfsecond.js' } },
    },
  });
  await buildThemePage(outDir, [tight()]);
}

/** Every file appears whole, the loader after what it asks for; what an earlier build has left goes last. */
function put(from: string, outDir: string): void {
  const files = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  const built = files(from).toSorted((a, b) => Number(a === 'halfsecond.js') - Number(b === 'halfsecond.js'));
  for (const file of built) {
    const target = join(outDir, file);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(from, file), `${target}.${process.pid}`);
    renameSync(`${target}.${process.pid}`, target);
  }
  for (const folder of ['assets', 'theme']) for (const file of files(join(outDir, folder))) if (!built.includes(join(folder, file))) rmSync(join(outDir, folder, file), { force: true });
}

function result(outDir: string): Built {
  return { loader: join(outDir, 'halfsecond.js'), assets: readdirSync(join(outDir, 'assets')).map((name) => join(outDir, 'assets', name)) };
}

/** Style sheets and templates lose the white space that only people need. */
export function tight(): Plugin {
  const shrink = (text: string): string => text.replace(/\/\*[^]*?\*\//g, '').replace(/\s+/g, ' ').replace(/ ?([{};,]) ?/g, '$1').replace(/: /g, ':').replaceAll(';}', '}');
  return {
    name: 'halfsecond-tight',
    enforce: 'pre',
    transform(code, id) {
      if (/\/widget\/theme\/\w+\.ts$/.test(id)) return { code: code.replace(/css`([^`]*)`/g, (_, text: string) => `css\`${shrink(text)}\``), map: null };
      if (id.endsWith('/widget/chat/launcher.ts')) return { code: code.replace(/launcherCss = `([^`]*)`/, (_, text: string) => `launcherCss = \`${shrink(text)}\``), map: null };
      if (/\/widget\/chat\/\w+\.ts$/.test(id)) return { code: code.replace(/([>}])\n\s+(?=<|\$\{)/g, '$1'), map: null };
      return null;
    },
  };
}

/** Everything that a build depends on: the widget's sources, the shared numbers, the lockfile. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const files = [...sources(here), join(here, '../shared/limits.ts'), join(here, '../package-lock.json')].filter(existsSync);
  for (const file of files) hash.update(relative(here, file)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function sources(folder: string): string[] {
  return readdirSync(folder).toSorted().flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return ['dist', 'node_modules', 'demo'].includes(name) ? [] : sources(path);
    return /\.(ts|json|html|css)$/.test(name) ? [path] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWidget();
