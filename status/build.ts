/** Builds the Astro site when its sources changed. A failed build leaves the last good one in place. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Built = { kind: 'fresh' | 'built' } | { kind: 'failed'; output: string };

const here = import.meta.dirname;
const DEADLINE_MS = 180_000;

/**
 * Makes `dist` in `root` from `root/src` unless it is there and made of the same bytes.
 * `output` is what the build said, with each faulty incident's file and fields.
 */
export async function buildStatus(root: string = here): Promise<Built> {
  const dist = join(root, 'dist');
  const hash = sourceHash(root);
  if (existsSync(join(dist, '.hash')) && readFileSync(join(dist, '.hash'), 'utf8') === hash) return { kind: 'fresh' };
  // Inside root, so that the rename stays on one disk.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const fresh = mkdtempSync(join(root, '.cache', 'build-'));
  try {
    const { code, output } = await astro(root, fresh);
    if (code !== 0) return { kind: 'failed', output };
    writeFileSync(join(fresh, '.hash'), hash);
    replace(dist, fresh, hash);
    return { kind: 'built' };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Two builds may end at the same moment; the one that comes second finds its own work done. */
function replace(dist: string, fresh: string, hash: string): void {
  rmSync(dist, { recursive: true, force: true });
  try {
    renameSync(fresh, dist);
  } catch (error) {
    if (!existsSync(join(dist, '.hash')) || readFileSync(join(dist, '.hash'), 'utf8') !== hash) throw error;
  }
}

function sourceHash(root: string): string {
  const hash = createHash('sha256');
  const shared = ['../shared/limits.ts', '../shared/status.ts'].map((name) => join(here, name));
  const own = globSync(['src/**/*', 'verify.ts', 'package.json', 'astro.config.mjs'], { cwd: root }).toSorted().map((name) => join(root, name));
  for (const path of [...own, ...shared]) {
    if (statSync(path).isFile()) hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

function astro(root: string, outDir: string): Promise<{ code: number | null; output: string }> {
  const bin = join(dirname(createRequire(import.meta.url).resolve('astro/package.json')), 'bin', 'astro.mjs');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'build', '--root', root, '--outDir', outDir], {
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(said).toString('utf8') }));
  });
}

if (import.meta.main) {
  const built = await buildStatus();
  if (built.kind === 'failed') {
    process.stderr.write(built.output);
    process.exit(1);
  }
}
