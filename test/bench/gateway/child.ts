/** A process of the bench, seen from the parent: started fresh, asked over its IPC channel, ended by whoever started it. */
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Child = {
  url: string;
  /** Rejects when the child says no, ends, or has not answered in time. */
  ask<T>(command: string, argument?: unknown): Promise<T>;
  end(): Promise<void>;
};
export type Reply = { id: number; value?: unknown; error?: string };

const READY_MS = 30_000;
const REPLY_MS = 120_000;
const END_MS = 5_000;

/** Starts `file` of this folder with a garbage collector that can be asked; resolves when its ready line has come. */
export async function start(file: string, args: string[] = []): Promise<Child> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, args, { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const waiting = new Map<number, (reply: Reply) => void>();
  let count = 0;
  let complaints = '';
  child.stderr?.on('data', (data: Buffer) => {
    complaints = (complaints + data.toString()).slice(-2_000);
  });
  child.on('message', (reply: Reply) => waiting.get(reply.id)?.(reply));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => {
    for (const [id, settle] of waiting) settle({ id, error: `${file} has ended: ${complaints}` });
  });

  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${file} was not ready in time: ${complaints}`));
    }, READY_MS);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`${file} ended with ${code}: ${complaints}`));
    });
    createInterface({ input: child.stdout ?? process.stdin }).once('line', (line) => {
      clearTimeout(late);
      resolve((JSON.parse(line) as { url: string }).url);
    });
  });

  return {
    url,
    ask<T>(command: string, argument?: unknown) {
      const id = (count += 1);
      return new Promise<T>((resolve, reject) => {
        const late = setTimeout(() => settle({ id, error: `${file} gave no answer to ${command}: ${complaints}` }), REPLY_MS);
        const settle = ({ value, error }: Reply): void => {
          clearTimeout(late);
          waiting.delete(id);
          if (error === undefined) resolve(value as T);
          else reject(new Error(error));
        };
        waiting.set(id, settle);
        child.send({ id, command, argument });
      });
    },
    async end() {
      const killed = setTimeout(() => child.kill('SIGKILL'), END_MS);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(killed);
    },
  };
}
