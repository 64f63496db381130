/**
 * HTTP to the providers on node:http and node:https: what the SDKs get as their `fetch`. The answer's body never
 * becomes a web stream; it stays the socket's own message, which the exchange reads. Redirects and proxies are
 * not followed: a key goes to the address that the configuration names and nowhere else.
 */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** The connection of one call. Handed to the SDK with the request, so that its owner can cut it in every phase. */
export type Line = {
  /** The answer, from its headers on, when its status is 2xx. It waits until somebody listens to its 'data'. */
  message: IncomingMessage | null;
  contentType: string;
  request: ClientRequest | null;
  closed: boolean;
};
export type Transport = {
  /** For the SDKs. Needs a `line` in its init; see `withLine`. Rejects with the network's own error. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
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

export function createLine(): Line {
  return { message: null, contentType: '', request: null, closed: false };
}

/** Cuts the connection; a call that has not begun will not begin. */
export function closeLine(line: Line): void {
  line.closed = true;
  line.message?.destroy();
  line.request?.destroy();
}

/** The options of one SDK call that carry the line to `fetch`. */
export function withLine(line: Line): { fetchOptions: { redirect: 'manual'; line: Line } } {
  return { fetchOptions: { redirect: 'manual', line } };
}

/** One pool of connections; made once for all providers. */
export function createTransport(): Transport {
  const pools = {
    'http:': new HttpAgent({ keepAlive: true, timeout: IDLE_MS }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: IDLE_MS }),
  };

  /**
   * `headers` as a flat list: Node then writes them out at once. The address in the few fields that are needed: the
   * connection keeps a copy of these options for as long as it lives.
   */
  function open({ protocol, hostname, port, pathname, search }: URL, method: string, headers: string[]): ClientRequest {
    const options = { host: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search, method, headers };
    return protocol === 'https:' ? httpsRequest({ ...options, agent: pools['https:'] }) : httpRequest({ ...options, agent: pools['http:'] });
  }

  function send(line: Line, url: URL, init: RequestInit, body: Buffer): Promise<IncomingMessage> {
    const headers = ['host', url.host, ...[...new Headers(init.headers)].flat(), 'content-length', String(body.length)];
    return new Promise((resolve, reject) => {
      const attempt = (again: boolean): void => {
        const request = open(url, init.method ?? 'GET', headers);
        const failed = (error: NodeJS.ErrnoException): void => {
          // A pooled connection that the server closed just now: nobody has read the question, it may go out again.
          if (again && request.reusedSocket && error.code === 'ECONNRESET' && !line.closed) attempt(false);
          else reject(error);
        };
        line.request = request;
        request.on('error', failed);
        request.once('response', (message) => {
          // From here on the message tells of errors; neither the question nor its headers are to be kept for as long as the answer takes.
          request.on('error', told).off('error', failed);
          headers.length = 0;
          resolve(message);
        });
        request.end(body);
      };
      attempt(true);
    });
  }

  return {
    async fetch(input, init = {}) {
      const line = lineOf(init);
      const { body } = init;
      if (typeof body !== 'string') throw new TypeError('expected a body of text');
      if (line.closed) throw new Error('the call was ended before it began');
      const message = await send(line, new URL(input instanceof Request ? input.url : input), init, Buffer.from(body));
      const status = message.statusCode ?? 0;
      const headers = headersOf(message);
      if (status < 200 || status > 299) return new Response(await readRefusal(message) || null, { status, headers });
      line.message = message;
      line.contentType = headers.get('content-type') ?? '';
      return new Response(null, { status, headers });
    },
    warm(baseURL) {
      const { protocol, origin, host } = new URL(baseURL);
      if (protocol !== 'https:') return;
      const request = open(new URL(origin), 'HEAD', ['host', host]);
      const over = setTimeout(() => request.destroy(), WARM_MS).unref();
      request.once('response', (message) => message.resume().once('close', () => clearTimeout(over)));
      // A provider that cannot be reached is found out by its first question, which has deadlines and a report.
      request.on('error', () => clearTimeout(over));
    },
    close() {
      for (const pool of Object.values(pools)) pool.destroy();
    },
  };
}

/** An error of the request after its answer has begun: the message has it too, and its reader reports it. */
function told(): void {}

function lineOf(init: RequestInit & { line?: Line }): Line {
  if (init.line === undefined) throw new TypeError('expected a line to call on');
  return init.line;
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  const { rawHeaders } = message;
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
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
