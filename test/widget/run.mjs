/** The browser tests as one command; ends with `N passed, N failed`. */
import { startTestRunner } from '@web/test-runner';
import { fileURLToPath } from 'node:url';

const runner = await startTestRunner({
  argv: ['--config', fileURLToPath(new URL('web-test-runner.config.mjs', import.meta.url))],
  readFileConfig: true,
  readCliArgs: true,
  autoExitProcess: false,
});
if (!runner) process.exit(1);
runner.on('stopped', (passed) => process.exit(passed ? 0 : 1));
