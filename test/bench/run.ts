/** `npm run bench [NAME…]`: the figures, each bench in a fresh process, one after the other. Without names: all of them. */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const wanted = process.argv.slice(2);
const benches = globSync('test/bench/*.ts', { cwd: root }).filter((path) => basename(path) !== 'run.ts').sort();

let failed = 0;
for (const path of benches.filter((bench) => wanted.length === 0 || wanted.includes(basename(bench, '.ts')))) {
  console.log(`\n## ${basename(path, '.ts')}`);
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, path)], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
