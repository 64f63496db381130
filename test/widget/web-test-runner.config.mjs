/** Runs test/widget/browser in a real Chromium against the scripted bff on its own port. */
import { fileURLToPath } from 'node:url';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { chromeLauncher } from '@web/test-runner-chrome';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';
import { buildWidget } from '../../widget/build.ts';
import { startFakeBff } from './fake-bff.ts';

const rootDir = fileURLToPath(new URL('../..', import.meta.url));
const { loader } = await buildWidget();
const bff = await startFakeBff(loader.replace(/\/[^/]+$/, ''));
const figures = { passed: 0, failed: 0 };

/** The last line is `N passed, N failed`; everything that failed is named above it. */
const reporter = {
  reportTestFileResults({ logger, sessionsForTestFile }) {
    for (const session of sessionsForTestFile) {
      for (const error of session.errors ?? []) failed(logger, session.testFile, error);
      const walk = (suite, path) => {
        for (const test of suite?.tests ?? []) {
          if (test.passed) figures.passed += 1;
          else if (!test.skipped) failed(logger, [...path, test.name].join(' › '), test.error);
        }
        for (const inner of suite?.suites ?? []) walk(inner, [...path, inner.name]);
      };
      walk(session.testResults, []);
    }
  },
  stop() {
    console.log(`\n${figures.passed} passed, ${figures.failed} failed`);
  },
};

function failed(logger, name, error) {
  figures.failed += 1;
  logger.log(`✖ ${name}\n  ${error?.message ?? ''}\n${error?.stack ?? ''}`);
}

export default {
  rootDir,
  files: ['test/widget/browser/*.test.ts'],
  nodeResolve: true,
  concurrency: 1,
  browsers: [chromeLauncher({ launchOptions: { executablePath: findChromium(), args: CHROMIUM_FLAGS } })],
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
