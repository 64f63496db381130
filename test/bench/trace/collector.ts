/** An OpenTelemetry collector that takes everything, in a process of its own, so that its CPU time is not counted as ours. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const CODE = `const s = require('node:http').createServer((q, r) => q.resume().on('end', () => r.end('{}'))); s.listen(0, '127.0.0.1', () => console.log(s.address().port));`;

export async function startCollector(): Promise<{ url: string; end(): void }> {
  const child = spawn(process.execPath, ['-e', CODE], { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise<string>((done) => createInterface({ input: child.stdout }).once('line', done));
  return { url: `http://127.0.0.1:${port}`, end: () => child.kill() };
}
