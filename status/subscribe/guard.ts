/** Which addresses a webhook may name: public ones, and those that the operator allows by host and port. */
import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** `host:port` pairs that may be private or plain http. */
export type Allowed = ReadonlySet<string>;

const closed = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 3],
] as const) closed.addSubnet(net, bits, 'ipv4');
// Of IPv6 only what is routed in public is open; of that, not the parts that carry an IPv4 address or are for documents.
const open6 = new BlockList();
open6.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) closed.addSubnet(net, bits, 'ipv6');

/** True for an address of the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  return family === 6 && open6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');
const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
const allows = (allowed: Allowed, url: URL): boolean => allowed.has(`${hostOf(url)}:${portOf(url)}`);

export type Fault = 'webhookHttps' | 'webhookPassword' | 'webhookPrivate';

/** The address as it will be called, or what is wrong with it: a key of the page's words. Names are looked up only when it is called. */
export function webhookUrl(text: string, allowed: Allowed): { url: URL } | { fault: Fault } {
  const url = text.length <= 2_000 ? URL.parse(text) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return { fault: 'webhookHttps' };
  if (url.username || url.password) return { fault: 'webhookPassword' };
  url.hash = '';
  if (allows(allowed, url)) return { url };
  if (url.protocol !== 'https:') return { fault: 'webhookHttps' };
  const host = hostOf(url);
  const named = isIP(host) === 0;
  if (named && (!host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(host))) return { fault: 'webhookPrivate' };
  return named || isPublic(host) ? { url } : { fault: 'webhookPrivate' };
}

/** Posts `body` and resolves with the status. Redirects are not followed; the answer's body is thrown away. @throws when there is no answer, or the host is private */
export function postTo(url: URL, body: string, headers: Record<string, string>, allowed: Allowed, signal: AbortSignal): Promise<number> {
  const free = allows(allowed, url);
  // What was looked up is what is connected to: a name that changes in between leads nowhere else.
  const checked: LookupFunction = (host, options, done) => lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '', 0);
    const good = addresses.filter(({ address }) => free || isPublic(address));
    const [first] = good;
    if (!first || good.length < addresses.length) return done(Object.assign(new Error('the host is not a public one'), { code: 'EPRIVATE' }), '', 0);
    if (options.all) done(null, good);
    else done(null, first.address, first.family);
  });
  return new Promise((resolve, reject) => {
    // An address in digits is never looked up.
    if (!free && isIP(hostOf(url)) !== 0 && !isPublic(hostOf(url))) return reject(new Error('the host is not a public one'));
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = request(url, {
      method: 'POST', agent: false, lookup: checked, signal,
      headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), 'user-agent': 'halfsecond-status', ...headers },
    }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
