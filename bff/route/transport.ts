/**
 * HTTP to the providers on node:http and node:https. The SDKs say where a request goes and how it is signed; from
 * there to the socket nothing stands between, and the answer's body stays the socket's own message, which the
 * exchange reads. Redirects and proxies are not followed: a key goes to the address that the configuration names and
 * nowhere else.
 */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { refusalOf } from './failure.ts';

/** The connection of one call, so that its owner can cut it in every phase. */
export type Line = {
  /** The answer, from its headers on, when its status is 2xx. It waits until somebody listens to its 'data'. */
  message: IncomingMessage | null;
  contentType: string;
  request: ClientRequest | null;
  /** When a new connection stood, on the clock of `performance.now()`; null when one from the pool was taken. */
  connectedAt: number | null;
  /** Goes along as the header of that name; '' for none. */
  traceparent: string;
  closed: boolean;
};
/** Where the requests of one kind go: the address in its parts, and all headers but the body's length, names and values in turn. */
export type Target = { secure: boolean; hostname: string; port: string; path: string; headers: string[] };
/** What the SDKs' `buildRequest` gives. */
export type BuiltRequest = { url: string; req: { headers?: ConstructorParameters<typeof Headers>[0] } };
export type Transport = {
  /** Sends JSON. Resolves when the headers of a 2xx answer are there and the answer is on the line; rejects with a ProviderFailure for every other status, else with the network's own error. */
  post(line: Line, target: Target, body: string): Promise<void>;
  /** Has a TLS connection ready in the pool. Plain connections cost nothing worth preparing. */
  warm(baseURL: string): void;
  /** Closes the connections that wait in the pool. */
  close(): void;
};

/** An idle connection stays this long (ms): past the pause between two questions, within what servers allow. */
const IDLE_MS = 60_000;
/** Of a refusal's body this much is read, for this long (bytes, ms). */
const REFUSAL_MAX = 65_536;
const REFUSAL_MS = 250;
const WARM_MS = 3_000;

export function createLine(traceparent = ''): Line {
  return { message: null, contentType: '', request: null, connectedAt: null, traceparent, closed: false };
}

/** Cuts the connection; a call that has not begun will not begin. */
export function closeLine(line: Line): void {
  line.closed = true;
  line.message?.destroy();
  line.request?.destroy();
}

/** The address and the headers of a request that an SDK has built; made once and used for all that differ in the body only. */
export function targetOf({ url, req }: BuiltRequest): Target {
  const { protocol, hostname, port, host, pathname, search } = new URL(url);
  const given = [...new Headers(req.headers)].filter(([name]) => name !== 'content-length' && name !== 'content-type' && name !== 'host');
  return {
    secure: protocol === 'https:', hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search,
    headers: ['host', host, ...given.flat(), 'content-type', 'application/json'],
  };
}

/** One pool of connections; made once for all providers. */
export function createTransport(): Transport {
  const plain = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  const secured = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS });

  /** `headers` as a flat list: Node then writes them out at once. */
  function open({ secure, hostname, port, path }: Omit<Target, 'headers'>, method: string, headers: string[]): ClientRequest {
    const options = { host: hostname, port, path, method, headers };
    return secure ? httpsRequest({ ...options, agent: secured }) : httpRequest({ ...options, agent: plain });
  }

  function send(line: Line, target: Target, body: Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const attempt = (again: boolean): void => {
        const request = open(target, 'POST', [...target.headers, ...(line.traceparent === '' ? [] : ['traceparent', line.traceparent]), 'content-length', String(body.length)]);
        request.once('socket', (socket) => {
          if (socket.connecting) socket.once(target.secure ? 'secureConnect' : 'connect', () => (line.connectedAt = performance.now()));
        });
        const failed = (error: NodeJS.ErrnoException): void => {
          // A pooled connection that the server closed just now: nobody has read the question, it may go out again.
          if (again && request.reusedSocket && error.code === 'ECONNRESET' && !line.closed) attempt(false);
          else reject(error);
        };
        line.request = request;
        request.on('error', failed);
        request.once('response', (message) => {
          // From here on the message tells of errors; the question is not to be kept for as long as the answer takes.
          request.on('error', told).off('error', failed);
          resolve(message);
        });
        request.end(body);
      };
      attempt(true);
    });
  }

  return {
    async post(line, target, body) {
      if (line.closed) throw new Error('the call was ended before it began');
      const message = await send(line, target, Buffer.from(body));
      const status = message.statusCode ?? 0;
      if (status < 200 || status > 299) throw refusalOf(status, message.headers, await readRefusal(message));
      line.message = message;
      line.contentType = contentTypeOf(message);
    },
    warm(baseURL) {
      const { secure, headers, ...target } = targetOf({ url: baseURL, req: {} });
      if (!secure) return;
      const request = open({ secure, ...target, path: '/' }, 'HEAD', headers.slice(0, 2));
      const over = setTimeout(() => request.destroy(), WARM_MS).unref();
      request.once('response', (message) => message.resume().once('close', () => clearTimeout(over)));
      // A provider that cannot be reached is found out by its first question, which has deadlines and a report.
      request.on('error', () => clearTimeout(over));
    },
    close() {
      plain.destroy();
      secured.destroy();
    },
  };
}

/** An error of the request after its answer has begun: the message has it too, and its reader reports it. */
function told(): void {}

/** Read from the raw list: the parsed one would be kept with the message for as long as the answer takes. */
function contentTypeOf({ rawHeaders }: IncomingMessage): string {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  return at < 0 ? '' : rawHeaders[at + 1] ?? '';
}

/** The text of a refusal as far as it comes in time. Never rejects: its status says enough. */
function readRefusal(message: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const done = (): void => {
      clearTimeout(timer);
      message.destroy();
      resolve(Buffer.concat(pieces).toString('utf8'));
    };
    const timer = setTimeout(done, REFUSAL_MS);
    message.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > REFUSAL_MAX) done();
    });
    message.once('end', done).once('error', done);
  });
}
