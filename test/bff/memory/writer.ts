/** A process that writes turns until it is killed; prints the id of each once it is acknowledged. */
import { writeSync } from 'node:fs';
import { openMemory } from '@halfsecond/bff/memory/memory.ts';
import { MemoryError } from '@halfsecond/bff/memory/errors.ts';

const [folder = '', name = ''] = process.argv.slice(2);
try {
  const memory = await openMemory({ uri: folder, log: () => {} });
  let n = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      const id = `${name}-${n++}`;
      await memory.remember([{ id, site: 'demo', visitor: 'v1', chat: 'c1', role: 'user', text: `Turn ${id}`, at: n }]);
      writeSync(1, `${id}\n`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, write));
} catch (error) {
  if (!(error instanceof MemoryError)) throw error;
  writeSync(1, `${error.code}\n`);
}
