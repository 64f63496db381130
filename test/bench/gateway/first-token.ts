/** From a question to its first token, above what the same question costs when the provider is asked directly. */
import type { Asking } from './load.ts';
import type { Behaviour } from './mock.ts';
import { inTurns, median, onStand, portOf, warmUp } from './stand.ts';
import type { Name, Server } from './stand.ts';

/** `tokens` and `interval` (ms) of each answer, `clients` at once, each with `each` questions a round. */
export type Asked = { clients: number; each: number; rounds: number; tokens: number; interval: number };
/** Medians in ms above the direct call, by server; `direct` is the direct call itself. */
export type Added = { direct: number; added: Map<Name, number> };

/** Ours without memory and tools, so that what is compared is the way through. All loads are measured on the same processes. */
export async function measureFirstToken(names: Name[], loads: Asked[]): Promise<Added[]> {
  return onStand(names, { lean: true }, async (stand) => {
    for (const { target } of stand.servers) await warmUp(stand, target, 400);
    const direct: Server = { name: 'raw', child: stand.mock, target: { port: portOf(stand.mock), kind: 'openai' } };
    const results: Added[] = [];
    for (const { tokens, interval, clients, each, rounds } of loads) {
      await stand.mock.ask('behave', { tokens, interval, hold: [] } satisfies Behaviour);
      const medians = new Map<Server, number[]>();
      await inTurns([direct, ...stand.servers], rounds, async (server) => {
        const times = await stand.load.ask<number[]>('ask', { ...server.target, clients, each, spread: tokens * interval } satisfies Asking);
        medians.set(server, [...(medians.get(server) ?? []), median(times)]);
      });
      const base = median(medians.get(direct) ?? []);
      results.push({ direct: base, added: new Map(stand.servers.map((server) => [server.name, median(medians.get(server) ?? []) - base])) });
    }
    return results;
  });
}
