/** `npm test`: runs every suite, sums their figures, ends with `N passed, N failed`. A suite that printed no figures has failed. */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.ts';

type Suite = { name: string; command: string[] };
type Figures = { passed: number; failed: number };

const root = fileURLToPath(new URL('..', import.meta.url));
/** No suite may take longer than this (ms). */
const SUITE_MS = 10 * 60_000;
/** Suites at once: most of their time is waiting for deadlines, browsers and processes. */
const LANES = 2;

const nodeTest = (name: string, ...globs: string[]): Suite => ({
  name,
  command: ['--test', '--test-isolation=none', '--test-reporter=spec', '--test-timeout=120000', ...globs.flatMap((glob) => globSync(glob, { cwd: root })).sort()],
});

/** Node suites by folder: a glob over all of test/ would hand browser tests to Node. The long ones first, so that both lanes end together. */
const suites: Suite[] = [
  nodeTest('shape and wire', 'test/*.test.ts', 'test/shared/*.test.ts'),
  nodeTest('widget parts', 'test/widget/node/*.test.ts'),
  nodeTest('status', 'test/status/*.test.ts'),
  { name: 'widget in browser engines', command: ['test/widget/run.mjs'] },
  nodeTest('gateway', 'test/bff/*.test.ts', 'test/bff/gateway/*.test.ts', 'test/bff/trace/*.test.ts', 'test/bff/cli/*.test.ts'),
  nodeTest('dispatch and tools', 'test/bff/words/*.test.ts', 'test/bff/dispatch/*.test.ts', 'test/bff/tools/*.test.ts'),
  nodeTest('provider faults', 'test/bff/faults/*.test.ts'),
  nodeTest('route', 'test/bff/route/*.test.ts'),
  nodeTest('memory', 'test/bff/memory/*.test.ts'),
  nodeTest('end to end', 'test/e2e/*.test.ts'),
  nodeTest('transports', 'test/bff/transports/*.test.ts'),
];

const only = process.argv[2];
// A machine without a browser gets one here, before any suite's clock runs.
// Who asks for the engines alone gets all of them.
const env = { ...process.env, CHROME_PATH: findChromium(), FORCE_COLOR: '0', ...(only === 'engines' ? { ENGINES: 'chromium,firefox,webkit' } : {}) };
const built = await runNode(['bff/cli/main.ts', 'build']);
console.log(built.output);
if (built.code !== 0) process.exit(1);

const total: Figures = { passed: 0, failed: 0 };
const waiting = suites.filter(({ name }) => !only || name.includes(only));
await Promise.all(Array.from({ length: LANES }, lane));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Runs one waiting suite after the other; what a suite prints comes in one piece when it is over. */
async function lane(): Promise<void> {
  for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
    const started = Date.now();
    const { passed, failed } = await runSuite(suite);
    total.passed += passed;
    total.failed += failed;
    console.log(`— ${suite.name}: ${passed} passed, ${failed} failed (${((Date.now() - started) / 1_000).toFixed(1)} s)\n`);
  }
}

async function runSuite({ name, command }: Suite): Promise<Figures> {
  const { code, output } = await runNode(command);
  console.log(`— ${name}\n${output}`);
  const figures = figuresIn(output);
  if (figures === null || figures.passed + figures.failed === 0) {
    console.log(`${name}: no test ran (exit code ${code})`);
    return { passed: 0, failed: 1 };
  }
  // A runner that failed as a whole, say by a crash after its figures, is never green.
  return code !== 0 && figures.failed === 0 ? { ...figures, failed: 1 } : figures;
}

/** node:test's closing lines, or `N passed, N failed`. */
function figuresIn(output: string): Figures | null {
  const plain = output.match(/^(\d+) passed, (\d+) failed$/gm)?.at(-1)?.match(/\d+/g);
  if (plain) return { passed: Number(plain[0]), failed: Number(plain[1]) };
  const number = (word: string) => new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(output)?.[1];
  const [passed, failed, cancelled] = [number('pass'), number('fail'), number('cancelled')];
  return passed === undefined || failed === undefined ? null : { passed: Number(passed), failed: Number(failed) + Number(cancelled ?? 0) };
}

function runNode(args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args.map((arg) => (arg.startsWith('test/') ? join(root, arg) : arg))], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const from of [child.stdout, child.stderr]) from.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), SUITE_MS);
  return new Promise((done) => child.once('close', (code) => {
    clearTimeout(timer);
    done({ code: code ?? 1, output });
  }));
}
