/** What tracing costs a turn of 100 tokens: CPU time of a bff's process with tracing on, off and exported, in turns. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startOpenAI } from '../../fakes/openai.ts';
import type { Mode } from './host.ts';

const TOKENS = 100;
const AT_ONCE = 10;
/** Time for what a bff does after a turn: written, exported (ms). */
const AFTERWARDS_MS = 2_500;

type Host = { url: string; token: string; control: string; end(): Promise<void> };

async function startHost(mode: Mode, provider: string, collector: string): Promise<Host> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./host.ts', import.meta.url)), mode, provider, collector], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise<string>((done, fail) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('exit', (code) => fail(new Error(`the bff ended with ${code}`)));
  });
  return {
    ...(JSON.parse(line) as Omit<Host, 'end'>),
    async end() {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function turns({ url, token }: Host, count: number, name: string): Promise<void> {
  let next = 0;
  const visitor = async (): Promise<void> => {
    while (next < count) {
      const id = `${name}-${(next += 1)}`;
      const body = JSON.stringify({ id, token, messages: [{ id: `m-${id}`, role: 'user', parts: [{ type: 'text', text: 'Where is my invoice?' }] }] });
      const text = await (await fetch(`${url}/api/chat`, { method: 'POST', headers: { origin: 'http://shop.example', 'content-type': 'text/plain' }, body })).text();
      if (!text.includes('"type":"finish"')) throw new Error(text.slice(-300));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
}

async function cpu({ control }: Host): Promise<number> {
  const { user, system } = (await (await fetch(control)).json()) as { user: number; system: number };
  return (user + system) / 1_000;
}

/** Milliseconds of CPU per turn, one entry a round; the order of the modes turns with every round. Every bff is warm before. */
export async function measureCost(rounds: number, perRound: number): Promise<Record<Mode, number[]>> {
  const fake = await startOpenAI({ text: Array.from({ length: TOKENS }, (_, at) => ` word${at % 10}`).join(''), tokensPerSecond: 400 });
  let taken = 0;
  const collector = createServer((request, response) => {
    taken += 1;
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
  const collectorUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const modes: Mode[] = ['off', 'on', 'export'];
  const cost: Record<Mode, number[]> = { off: [], on: [], export: [] };
  const hosts = new Map<Mode, Host>();
  try {
    for (const mode of modes) hosts.set(mode, await startHost(mode, fake.url, collectorUrl));
    for (const [mode, host] of hosts) await turns(host, 150, `warm-${mode}`);
    await sleep(AFTERWARDS_MS);
    for (let round = 0; round < rounds; round += 1) {
      for (const mode of round % 2 ? [...modes].reverse() : modes) {
        const host = hosts.get(mode);
        if (!host) continue;
        const before = await cpu(host);
        await turns(host, perRound, `r${round}-${mode}`);
        await sleep(AFTERWARDS_MS);
        cost[mode].push((await cpu(host) - before) / perRound);
      }
    }
    if (taken === 0) throw new Error('nothing was exported');
  } finally {
    for (const host of hosts.values()) await host.end();
    collector.closeAllConnections();
    collector.close();
    await fake.close();
  }
  return cost;
}
