/**
 * The figures of the tools: four that take a second and one that hangs, through the real door; and what a call over MCP
 * costs beside the bare client, on the same kind of connection, in turns. Run: npm run bench tools
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg } from 'node:os';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Agent, Dispatch, ToolSource } from '@halfsecond/bff/layers.ts';
import { startOpenAI } from '../fakes/openai.ts';
import { bffFor, post, received, session } from '../bff/harness.ts';
import { everythingOverHttp, stdio, times } from '../bff/tools/servers.ts';
import { agentWith, all, callOf, contextWith, never, openTools, until } from '../bff/tools/setup.ts';

const CALLS = 300;
const ROUNDS = 3;
/** One more, and the tool that hangs would be given a rest. */
const TURNS = 3;

console.log(`load average ${loadavg().map((value) => value.toFixed(1)).join(' ')}`);
await hanging();
const http = await everythingOverHttp();
try {
  const command = stdio('everything');
  await overhead('stdio', command, () => new StdioClientTransport({ command: process.execPath, args: (command.command ?? []).slice(1), stderr: 'ignore' }));
  await overhead('HTTP', { kind: 'mcp', url: http.url, ...times }, () => new StreamableHTTPClientTransport(new URL(http.url)));
} finally {
  await http.close();
}

/** Four tools of a second, one that never answers, deadline 1.5 s: when the answer goes on, and with what. */
async function hanging(): Promise<void> {
  const shop = createServer((request, response) => {
    request.resume();
    if (request.url !== '/hang') setTimeout(() => response.end('an answer'), 1_000);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(shop.address() as AddressInfo).port}`;
  const model = await startOpenAI();
  const names = ['a', 'b', 'c', 'd', 'hang'];
  const agent: Agent = { ...agentWith(names.map((name) => `${name}.*`)), name: 'clerk' };
  const dispatch: Dispatch = async () => ({ agent, score: 1, abstained: false, human: false, alternatives: [] });
  const bff = await bffFor({
    agents: [agent], memory: { enabled: false },
    providers: { p: { kind: 'openai', baseURL: `${model.url}/v1`, apiKey: 'k' } }, models: [{ id: 'm', provider: 'p', model: 'm', inputPrice: 1, outputPrice: 2 }],
    tools: Object.fromEntries(names.map((name) => [name, { kind: 'http', url: `http://${place}/${name}`, timeout: 1_500, allow: [place] }])),
  }, { replace: { dispatch } });
  try {
    const { token } = await session(bff);
    const waits: number[] = [];
    let used = 0;
    let late = '';
    for (let n = 0; n < TURNS; n++) {
      model.set([{ calls: names.map((name) => ({ name: `${name}_call`, input: {}, id: `${name}-${n}` })) }, { text: 'It goes on.' }]);
      let from = 0;
      for await (const { data } of received(await post(bff, token, `c${n}`, 'all of it'))) {
        if (data === '[DONE]') continue;
        if (data.type === 'tool-input-available') from ||= performance.now();
        if (data.type === 'text-delta' && from > 0) {
          waits.push(performance.now() - from);
          from = -1;
        }
        if (data.type === 'tool-output-available') used += 1;
        if (data.type === 'tool-output-error') late += `${data.toolCallId.split('-')[0]}:${data.errorText} `;
      }
      const told = JSON.stringify(model.requests.at(-1)?.body['input']);
      if (told.split('an answer').length !== 5 || !told.includes('timed out after 1500 ms')) throw new Error(`the model was told ${told}`);
    }
    waits.sort((a, b) => a - b);
    console.log(`four 1 s tools and one that hangs, deadline 1.5 s (n ${waits.length}): the answer goes on after ${waits[1]?.toFixed(0)} ms (worst ${waits.at(-1)?.toFixed(0)}); results used ${used / TURNS} of 4; late: ${[...new Set(late.trim().split(' '))].join()}`);
  } finally {
    await bff.stop();
    await model.close();
    shop.closeAllConnections();
    shop.close();
  }
}

/** Medians of one call, ours and the bare client's, in turns and with the order changed each round. */
async function overhead(name: string, config: Extract<ToolSource, { kind: 'mcp' }>, transport: () => StdioClientTransport | StreamableHTTPClientTransport): Promise<void> {
  const lab = openTools({ all: config });
  const bare = new Client({ name: 'bare', version: '1' });
  await bare.connect(transport());
  await until(() => lab.tools.names().length > 0);
  const context = contextWith('all.*');
  const ours = async (): Promise<void> => {
    const [part] = await all(lab.tools.run([callOf('all.echo', { message: 'x' })], context, never));
    if (part?.type !== 'output') throw new Error(JSON.stringify(part));
  };
  const theirs = async (): Promise<unknown> => bare.callTool({ name: 'echo', arguments: { message: 'x' } });
  const [mine, its]: [number[], number[]] = [[], []];
  for (let n = 0; n < 50; n++) await Promise.all([ours(), theirs()]);
  for (let round = 0; round < ROUNDS; round++) {
    for (let n = 0; n < CALLS; n++) {
      for (const which of (round + n) % 2 === 0 ? [ours, theirs] : [theirs, ours]) {
        const from = performance.now();
        await which();
        (which === ours ? mine : its).push(performance.now() - from);
      }
    }
  }
  const [a, b] = [median(mine), median(its)];
  console.log(`MCP over ${name} (n ${mine.length} each): ours ${a.toFixed(3)} ms, bare client ${b.toFixed(3)} ms, overhead ${(a - b).toFixed(3)} ms`);
  await bare.close();
  await lab.close();
}

function median(values: number[]): number {
  return [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;
}
