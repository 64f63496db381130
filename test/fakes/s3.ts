/** A bucket in memory behind a real socket that accepts a request only when its Signature Version 4 adds up. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Object3 = { body: string; type: string; cache: string };
export type S3 = { url: string; objects: Map<string, Object3>; refused: number; close: () => void };

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** What the signature of this request has to be, as the documentation of Signature Version 4 builds it up. */
function expected(request: IncomingMessage, body: Buffer, secret: string): { given: string; right: string } {
  const [, scope = '', names = '', given = ''] = /Credential=[^/]+\/([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=(\w+)/.exec(request.headers.authorization ?? '') ?? [];
  const url = new URL(request.url ?? '/', 'http://s3');
  const query = [...url.searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).toSorted().join('&');
  const declared = String(request.headers['x-amz-content-sha256']);
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const canonical = [request.method, url.pathname, query, headers, names, declared].join('\n');
  const [day = '', region = '', service = ''] = scope.split('/');
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = mac(mac(mac(mac(`AWS4${secret}`, day), region), service), 'aws4_request');
  // A body that is not the declared one would make the rest worthless.
  return { given: declared === sha256(body) || declared === 'UNSIGNED-PAYLOAD' ? given : 'altered', right: mac(key, text).toString('hex') };
}

export async function startS3(secret: string): Promise<S3> {
  const s3: S3 = { url: '', objects: new Map(), refused: 0, close: () => { server.closeAllConnections(); server.close(); } };
  const server = createServer((request, response) => void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { given, right } = expected(request, body, secret);
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://s3').pathname).slice(1);
    const fault = (status: number, code: string): void => void response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    if (given !== right) {
      s3.refused += 1;
      return fault(403, 'SignatureDoesNotMatch');
    }
    const found = s3.objects.get(path);
    if (request.method === 'PUT') {
      s3.objects.set(path, { body: body.toString(), type: request.headers['content-type'] ?? '', cache: request.headers['cache-control'] ?? '' });
      return void response.writeHead(200, { etag: '"1"' }).end();
    }
    if (request.method === 'DELETE') {
      s3.objects.delete(path);
      return void response.writeHead(204).end();
    }
    return found ? void response.end(found.body) : fault(404, 'NoSuchKey');
  })());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  s3.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return s3;
}
