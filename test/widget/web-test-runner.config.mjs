/** Runs test/widget/browser in real browsers against the scripted bff on its own port. ENGINES=chromium,firefox,webkit picks, and installs. */
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { buildWidget } from '../../widget/build.ts';
import { findEngines } from './engines.mjs';
import { startFakeBff } from './fake-bff.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const { loader } = await buildWidget();
const bff = await startFakeBff(loader.replace(/\/[^/]+$/, ''));
const { launchers, missing } = findEngines(process.env['ENGINES']);
/** `node test/widget/run.mjs hostile chat` runs these two files. */
const names = process.argv.slice(2);
const figures = { passed: 0, failed: 0 };
const byEngine = new Map(launchers.map(({ name }) => [name, { passed: 0, failed: 0 }]));

/** The last line is `N passed, N failed`; everything that failed is named above it. */
const reporter = {
  reportTestFileResults({ logger, sessionsForTestFile }) {
    for (const session of sessionsForTestFile) {
      const engine = session.browser.name;
      for (const error of session.errors ?? []) failed(logger, engine, session.testFile, error);
      const walk = (suite, path) => {
        for (const test of suite?.tests ?? []) {
          if (test.passed) count(engine, 'passed');
          else if (!test.skipped) failed(logger, engine, [...path, test.name].join(' › '), test.error);
        }
        for (const inner of suite?.suites ?? []) walk(inner, [...path, inner.name]);
      };
      walk(session.testResults, []);
    }
  },
  stop() {
    for (const [name, { passed, failed }] of byEngine) console.log(`${name}: ${passed} of ${passed + failed}`);
    for (const line of missing) console.log(line);
    console.log(`\n${figures.passed} passed, ${figures.failed} failed`);
  },
};

function count(engine, outcome) {
  figures[outcome] += 1;
  const own = byEngine.get(engine);
  if (own) own[outcome] += 1;
}

function failed(logger, engine, name, error) {
  count(engine, 'failed');
  logger.log(`✖ ${engine}: ${name}\n  ${error?.message ?? ''}\n${error?.stack ?? ''}`);
}

export default {
  rootDir,
  files: (names.length > 0 ? names : ['*']).map((name) => `test/widget/browser/${name}.test.ts`),
  nodeResolve: true,
  concurrency: 1,
  browsers: launchers,
  concurrentBrowsers: 1,
  testFramework: { config: { timeout: 10_000 } },
  testsFinishTimeout: 120_000,
  browserLogs: false,
  reporters: [reporter],
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: fileURLToPath(new URL('../../widget/tsconfig.json', import.meta.url)) })],
  middleware: [(context, next) => {
    if (context.path !== '/fake-bff') return next();
    context.body = { url: bff.url };
  }],
};
