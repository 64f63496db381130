/** The least that a file server in Node can do: one file, compressed beforehand, from memory. FILE names it. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync } from 'node:zlib';

const body = brotliCompressSync(readFileSync(process.env['FILE'] ?? ''));
const headers = { 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'br', 'content-length': body.byteLength };
const server = createServer((_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: 'bare', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});
