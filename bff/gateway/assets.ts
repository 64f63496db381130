/** The widget's built files, held in memory: the evergreen loader and the hashed, immutable panel. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Hono } from 'hono';

type Asset = { plain: Uint8Array<ArrayBuffer>; br: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer>; etag: string; type: string };
const TYPES: Record<string, string> = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json', '.map': 'application/json' };

/** `folder` holds `halfsecond.js` and `assets/`. Throws when it was never built. */
export function assetRoutes(folder: string): Hono {
  const app = new Hono();
  const loader = load(join(folder, 'halfsecond.js'));
  const hashed = new Map(readdirSync(join(folder, 'assets')).map((name) => [name, load(join(folder, 'assets', name))]));

  const serve = (request: Request, asset: Asset, cache: string) => {
    const headers: Record<string, string> = {
      'access-control-allow-origin': '*', 'timing-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin',
      'cache-control': cache, 'content-type': asset.type, etag: asset.etag, vary: 'accept-encoding', 'x-content-type-options': 'nosniff',
    };
    if (request.headers.get('if-none-match') === asset.etag) return new Response(null, { status: 304, headers });
    const accepted = request.headers.get('accept-encoding') ?? '';
    const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
    return new Response(asset[encoding ?? 'plain'], { headers: encoding ? { ...headers, 'content-encoding': encoding } : headers });
  };

  app.get('/halfsecond.js', (c) => serve(c.req.raw, loader, 'public, max-age=300, stale-while-revalidate=86400'));
  app.get('/assets/:name', (c) => {
    const asset = hashed.get(c.req.param('name'));
    return asset ? serve(c.req.raw, asset, 'public, max-age=31536000, immutable') : c.notFound();
  });
  return app;
}

function load(path: string): Asset {
  const plain = new Uint8Array(readFileSync(path));
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { plain, br: new Uint8Array(brotliCompressSync(plain)), gzip: new Uint8Array(gzipSync(plain)), etag, type: TYPES[extname(path)] ?? 'application/octet-stream' };
}
