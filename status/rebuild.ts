/** Builds the site again when an incident or maintenance file changes while the host runs, so that its page follows. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildStatus } from './build.ts';

/** How often the folders are looked at (ms). A file must be the same twice: people save in the middle of a sentence. */
const LOOK_EVERY_MS = 2_000;

/** Runs until `stop`. A build that fails is logged with the file and its fields; the last good pages stay up. */
export async function keepBuilt(content: string, log: (line: string) => void, stop: AbortSignal): Promise<void> {
  let built = state(content);
  let seen = built;
  while (await wait(LOOK_EVERY_MS, true, { signal: stop }).catch(() => false)) {
    const now = state(content);
    const settled = now === seen;
    seen = now;
    if (!settled || now === built) continue;
    built = now;
    const result = await buildStatus().catch((error: unknown) => ({ kind: 'failed' as const, output: `${error instanceof Error ? error.message : String(error)}\n` }));
    if (result.kind !== 'failed') continue;
    process.stderr.write(result.output);
    log('The site could not be built; what is wrong stands above. The last good pages stay up.');
  }
}

/** Changes whenever a file there does. */
function state(content: string): string {
  return ['incidents', 'maintenance'].flatMap((kind) => filesIn(join(content, kind))).join('\n');
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.md')).map((name) => {
      const { mtimeMs, size } = statSync(join(folder, name));
      return `${folder}/${name}:${mtimeMs}:${size}`;
    });
  } catch (error) {
    // The folder, or a file that was just listed, is not there: that is a state like any other.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
