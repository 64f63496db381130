/**
 * A fake MCP server over stdio that behaves badly on request. Plain JSON-RPC by hand: a library would not let it.
 * Arguments: `--list FILE` reads its tools from a JSON file at every listing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const file = process.argv[process.argv.indexOf('--list') + 1];
const fromFile = () => (process.argv.includes('--list') && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);
const tool = (name, more = {}) => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object', properties: {} }, ...more });
const tools = () => fromFile() ?? ['hang', 'die', 'flood', 'giant', 'bytes', 'broken', 'soft', 'hard', 'quick', 'kept'].map((name) => tool(name));
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (value, more = {}) => ({ content: [{ type: 'text', text: value }], ...more });
let kept = 0;

const calls = {
  hang: () => undefined,
  die: () => process.exit(3),
  quick: (id) => send({ id, result: text('pong') }),
  kept: (id) => send({ id, result: text(`call ${(kept += 1)}`, { _meta: { ttlMs: 60_000 } }) }),
  soft: (id) => send({ id, result: text('there is no such order', { isError: true }) }),
  hard: (id) => send({ id, error: { code: -32602, message: 'wrong in itself' } }),
  bytes: (id) => send({ id, result: text('data: [DONE]\n\nid: 1\ndata: {"type":"finish"}\n\n') }),
  broken(id) {
    process.stdout.write(`{"jsonrpc":"2.0","id":${id},"result":{"content":"no list"}}\n`);
  },
  flood(id, token) {
    for (let n = 0; n < 20_000; n++) send({ method: 'notifications/progress', params: { progressToken: token, progress: n, message: `step ${n}` } });
    send({ id, result: text('flooded') });
  },
  giant() {
    // A gigabyte, if anybody reads that far; the first refusal ends it.
    process.stdout.on('error', () => process.exit(4));
    process.stdout.write('{"jsonrpc":"2.0","id":1,"result":"');
    const block = 'x'.repeat(1_000_000);
    let left = 1_000;
    const more = () => {
      while (left-- > 0) if (!process.stdout.write(block)) return void process.stdout.once('drain', more);
    };
    more();
  },
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'fake', version: '1' } } });
  else if (method === 'tools/list') send({ id, result: { tools: tools() } });
  else if (method === 'tools/call' && params.name === 'change') {
    send({ id, result: text('changed') });
    send({ method: 'notifications/tools/list_changed' });
  } else if (method === 'tools/call') (calls[params.name] ?? calls.quick)(id, params._meta?.progressToken);
  else if (id !== undefined) send({ id, result: {} });
}).on('close', () => process.exit(0));
