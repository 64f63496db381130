/** Which addresses of sources may be followed. */
import { safeUrl } from '../markdown/links.ts';

/** Sources come from the site's own documents: a path on this page's host is allowed beside http, https and mailto. */
export function safeSourceUrl(url: string | null): string | null {
  if (url === null) return null;
  if (/^\/(?![/\\])|^#/.test(url)) return url;
  return safeUrl(url);
}
