/** What signs between our own processes: a key for each prober, made from the feed key, and the signature itself. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs when both hosts run without STATUS_FEED_KEY, as on one developer's machine. */
export const LOCAL_KEY = 'halfsecond-local';
export const SIGNATURE_HEADER = 'x-halfsecond-signature';

/** The key of one prober (hex). Who holds it can speak for that prober and for no other. */
export function proberKey(feedKey: string, prober: string): string {
  return createHmac('sha256', feedKey).update(`prober:${prober}`).digest('hex');
}

/** The signature of exactly these bytes, as it stands in the header. */
export function signature(body: string | Buffer, key: string): string {
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
}

/** True when `header` signs exactly these bytes with `key`. */
export function signedWith(body: string | Buffer, header: string | null | undefined, key: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(signature(body, key));
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
