/** `npm start`: bff, status host and demo page, each its own process. Ends all of them when told to, or when the bff or the site cannot go on. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openFolder } from '../store/folder.ts';
import { build } from './build.ts';
import { dataFolder, helped, loadConfig, root } from './options.ts';
import { endService, freePort, startService, toldToEnd } from './processes.ts';
import type { Service } from './processes.ts';

const HELP = `halfsecond start

Starts the bff, the status host and a demo page, and prints their addresses once they answer. Ctrl-C ends all.
  BFF_PORT (8787)  STATUS_PORT (8788)  DEMO_PORT (8789)  HOST (127.0.0.1)  HALFSECOND_CONFIG  HALFSECOND_DATA (.data)
  OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY: real models beside the built-in answerer`;

export async function run(args: string[]): Promise<number> {
  return helped(args, HELP) ? 0 : startAll(process.env, []);
}

/** `bffFlags` go to the bff's Node. Resolves with the exit code once everything has ended. */
export async function startAll(environment: NodeJS.ProcessEnv, bffFlags: string[]): Promise<number> {
  const ending = toldToEnd();
  if (!loadConfig(() => undefined)) return 1;
  // Here already: each of the services would find out for itself, and the status host try again for half a minute.
  openFolder(dataFolder());
  const host = process.env['HOST'] ?? '127.0.0.1';
  const reach = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const [bffPort, statusPort, demoPort] = await freePorts(host);
  const [bffUrl, statusUrl] = [`http://${reach}:${bffPort}`, `http://${reach}:${statusPort}`];
  const env = {
    ...environment, HOST: host, BFF_PORT: String(bffPort), STATUS_PORT: String(statusPort), DEMO_PORT: String(demoPort), BFF_URL: bffUrl, STATUS_URL: statusUrl,
    STATUS_SOURCE: bffUrl, STATUS_FEED_KEY: process.env['STATUS_FEED_KEY'] ?? randomBytes(24).toString('base64url'),
    DEMO_ORIGIN: `http://${reach}:${demoPort}`, DEMO_ORIGIN_LOCALHOST: `http://localhost:${demoPort}`,
  };
  await Promise.all([build('widget'), build('status')]);
  const starting = [
    startService('bff', [...bffFlags, join(root, 'bff/cli/main.ts'), 'bff'], env),
    startService('status', [join(root, 'status/main.ts')], env),
    startService('demo', [join(root, 'widget/demo/serve.ts')], env),
  ];
  const settled = await Promise.race([Promise.allSettled(starting), ending.then(() => null)]);
  const services = settled?.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) ?? [];
  const failed = settled?.find((result) => result.status === 'rejected');
  if (settled && !failed) {
    console.log(`\n  Demo page    ${env.DEMO_ORIGIN}\n  Status page  ${statusUrl}\n  Chat backend ${bffUrl}\n\nOpen the demo page and ask something. Ctrl-C ends everything.`);
    await Promise.race([ending, ...services.map(whenGone)]);
  } else if (failed) {
    console.error(failed.reason instanceof Error ? failed.reason.message : String(failed.reason));
  }
  const late = settled ? [] : await startedLate(starting);
  await Promise.all([...services, ...late].map(endService));
  return failed ? 1 : 0;
}

/** The status host is there for the moment in which the bff is gone: only the loss of the page or the demo ends us. */
async function whenGone({ name, ended }: Service): Promise<void> {
  const code = await ended;
  console.error(`${name} has ended (exit code ${code}).`);
  if (name === 'bff') await new Promise<never>(() => undefined);
}

async function freePorts(host: string): Promise<[number, number, number]> {
  const results = await Promise.allSettled([freePort('BFF_PORT', 8787, host), freePort('STATUS_PORT', 8788, host), freePort('DEMO_PORT', 8789, host)]);
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [String((result.reason as Error).message)] : []));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return results.map((result) => (result.status === 'fulfilled' ? result.value : 0)) as [number, number, number];
}

/** Told to end while starting: whatever still comes up is taken down again. */
async function startedLate(starting: Promise<Service>[]): Promise<Service[]> {
  const results = await Promise.allSettled(starting);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
