/** `npm run dev`: everything, with a bff that restarts when its code changes and simulated OpenAI and Anthropic servers. */
import { join } from 'node:path';
import { dataFolder, helped, root } from './options.ts';
import { endService, startService } from './processes.ts';
import { startAll } from './start.ts';

const HELP = `halfsecond dev

Like halfsecond start, with reload and simulated model providers that speak the real protocols: no key needed, no money spent.`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const simulated = await startService('simulated providers', [join(root, 'test/fakes/main.ts')], {});
  try {
    // A backend that reloads is away for a moment: what the status page makes of that does not belong into the sources.
    const env = { OPENAI_API_KEY: 'simulated', OPENAI_BASE_URL: `${simulated.url}/v1`, HALFSECOND_SIMULATED: '1', STATUS_CONTENT: join(dataFolder(), 'content') };
    return await startAll(env, ['--watch-path', join(root, 'bff'), '--watch-preserve-output']);
  } finally {
    await endService(simulated);
  }
}
