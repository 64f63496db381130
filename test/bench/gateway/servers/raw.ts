/** The floor: a request piped through, node:http on both sides and nothing between. */
import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ready } from '../probe.ts';

const [provider = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, outgoing) => {
  const upstream = send(`${provider}${incoming.url}`, { method: incoming.method, headers: { 'content-type': 'application/json' }, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? '' });
    outgoing.flushHeaders();
    answer.pipe(outgoing);
  });
  upstream.on('error', () => outgoing.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
});
server.listen(0, '127.0.0.1', () => ready('raw', (server.address() as AddressInfo).port));
