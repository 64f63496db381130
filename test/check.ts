/** `npm run check`: types, lint, shape and bytes. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const module = (path: string) => join(root, 'node_modules', path);
const tsc = (project: string): [string, string[]] => [`types ${project}`, [module('typescript-7/bin/tsc'), '-p', project]];

const projects = ['shared', 'bff', 'status', 'test', 'widget', 'widget/tsconfig.node.json', 'test/widget'];
const steps: [string, string[]][] = [
  ...projects.filter((project) => existsSync(join(root, project.endsWith('.json') ? project : `${project}/tsconfig.json`))).map(tsc),
  ['lint', [module('oxlint/bin/oxlint'), '--deny-warnings', 'shared', 'bff', 'status', 'widget', 'test']],
  ['build', ['bff/cli/main.ts', 'build']],
  ['shape and bytes', ['--test', '--test-isolation=none', '--test-reporter=dot', 'test/shape.test.ts', 'test/widget/node/build.test.ts']],
];

let failed = 0;
for (const [name, args] of steps) {
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { cwd: root, stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
