/** The port: HTTP/1.1, WebSocket upgrades and HTTP/2 without TLS (for proxies that speak it inside) all on one. */
import type { Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { createAdaptorServer, getRequestListener } from '@hono/node-server';
import type { WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { CHAT_BODY_MAX } from '@halfsecond/shared/limits';
import type { Gateway } from '../layers.ts';

export type Port = { listen(host: string, port: number): Promise<number>; close(): Promise<void> };

/** What every HTTP/2 connection begins with; no HTTP/1.1 request does. Three letters tell it from POST, PUT and PATCH. */
const PREFACE = 'PRI';
/** An HTTP/2 connection without any traffic is closed after this long (ms); open streams have heartbeats. */
const IDLE_MS = 300_000;
/** An HTTP/1.1 connection waits this long for its next request (ms): a visitor thinks longer than Node's five seconds, and a new connection costs the next message a round trip. */
const KEEP_ALIVE_MS = 65_000;
/** Memory that nghttp2 may hold for one connection (MB): a proxy brings all visitors through a few. */
const SESSION_MB = 256;

/** `listen` resolves with the port that was had and rejects when it cannot be; `close` cuts whatever is still open. */
export function createPort(fetch: ReturnType<Gateway>): Port {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: CHAT_BODY_MAX });
  // Its type says less than ws 8 does, in ways that strict optional properties do not let pass.
  const server = createAdaptorServer({ fetch, websocket: { server: sockets as unknown as WebSocketServerLike } }) as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const http2 = createHttp2Server({ maxSessionMemory: SESSION_MB }, getRequestListener(fetch));
  http2.on('session', (session) => session.setTimeout(IDLE_MS, () => session.close()));

  const [http1] = server.listeners('connection') as ((socket: Socket) => void)[];
  const connections = new Set<Socket>();
  // One for all: what hangs on a connection is held as often as there are visitors.
  function forget(this: Socket): void {
    connections.delete(this);
  }
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', forget);
    sort(socket, server.headersTimeout, (isHttp2) => {
      if (!isHttp2) return http1?.call(server, socket);
      // A proxy that says goodbye is gone; HTTP/1.1 lets a client fall silent and still be answered.
      socket.allowHalfOpen = false;
      http2.emit('connection', socket);
    });
  });

  return {
    listen: (host, port) => new Promise((done, fail) => {
      server.once('error', fail);
      server.listen(port, host, () => {
        server.off('error', fail);
        const address = server.address();
        done(typeof address === 'object' && address ? address.port : port);
      });
    }),
    close: () => new Promise((done) => {
      server.close(() => done());
      for (const socket of connections) socket.destroy();
    }),
  };
}

/** Looks at the first bytes of a connection, puts them back and tells which protocol it is. Cuts one that says nothing for `patience` ms. */
function sort(socket: Socket, patience: number, found: (isHttp2: boolean) => unknown): void {
  let head: Buffer = Buffer.alloc(0);
  const look = () => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const start = head.toString('latin1', 0, PREFACE.length);
    if (start.length < PREFACE.length && PREFACE.startsWith(start)) return;
    socket.off('readable', look).off('end', leave).off('error', leave);
    clearTimeout(timer);
    socket.unshift(head);
    found(start === PREFACE);
  };
  const leave = () => {
    clearTimeout(timer);
    socket.destroy();
  };
  const timer = setTimeout(leave, patience).unref();
  socket.on('readable', look).on('end', leave).on('error', leave);
}
