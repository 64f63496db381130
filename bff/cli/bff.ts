/** `halfsecond bff`: the chat backend in this process. */
import { join } from 'node:path';
import { startBff } from '../main.ts';
import { build } from './build.ts';
import { dataFolder, helped, loadConfig, root } from './options.ts';
import { portProblem, toldToEnd } from './processes.ts';

const HELP = `halfsecond bff

The chat backend alone. Reads HALFSECOND_CONFIG, else halfsecond.config.json in the working folder, else embedded defaults.
  BFF_PORT (8787)  HOST (127.0.0.1)  HALFSECOND_DATA (.data)  STATUS_FEED_KEY  HALFSECOND_ADMIN_KEY  HALFSECOND_SECRET`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const log = (line: string) => console.error(`bff: ${line}`);
  const config = loadConfig(log);
  if (!config) return 1;
  if (process.env['REDIS_URL']) log('REDIS_URL is set, but this version keeps everything in its data folder: run one bff.');
  const port = Number(process.env['BFF_PORT'] || 8787);
  const host = process.env['HOST'] ?? '127.0.0.1';
  const ending = toldToEnd();
  await build('widget');
  const bff = await startBff({ config, data: dataFolder(), env: process.env, assets: join(root, 'widget/dist'), log }, { host, port }).catch((error: unknown) => {
    if (!(error instanceof Error) || !('port' in error)) throw error;
    throw new Error(portProblem(error as NodeJS.ErrnoException, port, 'BFF_PORT'), { cause: error });
  });
  await bff.knowledge;
  console.log(JSON.stringify({ ready: 'bff', url: bff.url }));
  await ending;
  await bff.close();
  return 0;
}
