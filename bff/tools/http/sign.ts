/** Standard Webhooks: the headers by which a server knows that a request is ours and new. Pure. */
import { createHmac } from 'node:crypto';

/**
 * @param secret `whsec_` and base64, plain base64, or any other text, which is taken as it is
 * @param id the same for a call that is made again. @param at seconds since 1970
 */
export function signatureOf(secret: string, id: string, at: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}

function keyOf(secret: string): Buffer {
  const plain = secret.replace(/^whsec_/, '');
  const isBase64 = plain.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(plain);
  return isBase64 ? Buffer.from(plain, 'base64') : Buffer.from(plain);
}
