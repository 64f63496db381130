/** Media types by the end of a path. */
import { extname } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.rss': 'application/rss+xml; charset=utf-8',
  '.atom': 'application/atom+xml; charset=utf-8',
  '.sig': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};
/** Feed readers ask by type, and so does Prometheus. */
const byPath: Record<string, string> = { 'feed.json': 'application/feed+json; charset=utf-8', metrics: 'text/plain; version=0.0.4; charset=utf-8' };

/** @param path of a public file, without a slash in front */
export function typeOf(path: string): string {
  return byPath[path] ?? types[extname(path)] ?? 'application/octet-stream';
}
