/** Connections to providers: pooled, tried once more when a pooled one has died, opened ahead over TLS. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, it } from 'node:test';
import { collect, input, model, ofType, provider, router } from './setup.ts';

const never = new AbortController().signal;

describe('connections', () => {
  it('are used again, and one that the server has closed meanwhile costs nobody an answer', async () => {
    const sockets: Socket[] = [];
    let asked = 0;
    const server = createServer((request, response) => {
      request.resume().once('end', () => {
        asked += 1;
        // The third question meets a server that hangs up on an old connection without a word.
        if (asked === 3) return void request.socket.resetAndDestroy();
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('data: {"choices":[{"delta":{"content":"Hi."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
      });
    });
    server.on('connection', (socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { route, close } = router({ p: provider('openai-compatible', `http://127.0.0.1:${port}`) }, [model('m', 'p')]);
    for (const connections of [1, 1, 2]) {
      const parts = await collect(route(input('Hello there'), never));
      assert.deepEqual(ofType(parts, 'attempt').map(({ attempt }) => attempt.outcome), ['ok']);
      assert.equal(sockets.length, connections);
    }
    const closed = new Promise((resolve) => server.close(resolve));
    close();
    await closed;
  });

  it('to a TLS provider is opened ahead of the first question; one that fails disturbs nobody', async () => {
    const greeting = Promise.withResolvers<number | undefined>();
    const server = createTcpServer((socket) => {
      socket.once('data', (piece: Buffer) => {
        greeting.resolve(piece[0]);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { warm, close } = router({ p: provider('openai', `https://127.0.0.1:${port}`) }, [model('m', 'p')]);
    await warm();
    assert.equal(await greeting.promise, 22, 'the first byte of a TLS handshake');
    close();
    await new Promise((resolve) => server.close(resolve));
  });
});
