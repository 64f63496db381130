/**
 * One prober, a process of its own, on this host or in another region: asks the bff once a second, the providers' public
 * endpoints now and then, and reports each round. `--report-to URL --name NAME`; STATUS_SOURCE, STATUS_PROVIDERS
 * (`openai=https://api.openai.com/v1/models …`), STATUS_FEED_KEY or, on a host that need not know it, STATUS_PROBER_KEY.
 */
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ProbeReport, ProbeResult } from '@halfsecond/shared/status';
import { LOCAL_KEY, proberKey, SIGNATURE_HEADER, signature } from './key.ts';
import { alive, probe, PROBE_DEADLINE_MS, reachable } from './probe.ts';

const EVERY_MS = 1_000;
/** Other people's endpoints are asked less often, and given more time. */
const PROVIDERS_EVERY_MS = 10_000;
const PROVIDER_DEADLINE_MS = 5_000;
const REPORT_DEADLINE_MS = 2_000;

const env = process.env;
const { values: { 'report-to': to = '', name = 'local' } } = parseArgs({ options: { 'report-to': { type: 'string' }, name: { type: 'string' } } });
const source = (env['STATUS_SOURCE'] ?? 'http://127.0.0.1:8787').replace(/\/+$/, '');
const key = env['STATUS_PROBER_KEY'] || proberKey(env['STATUS_FEED_KEY'] || LOCAL_KEY, name);
const log = (line: string): void => void process.stderr.write(`prober ${name}: ${line}\n`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
process.once('disconnect', () => stopping.abort());

for (const [variable, value] of [['--report-to', to], ['STATUS_SOURCE', source]] as const) {
  if (URL.canParse(value)) continue;
  log(`${variable} is "${value}": expected a URL, such as https://status.example.com:8790.`);
  process.exit(1);
}
const providers = providersOf(env['STATUS_PROVIDERS'] ?? '');
const target = new URL('/probes', to);
const send = target.protocol === 'https:' ? requestHttps : requestHttp;
const agent = target.protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
let seq = Date.now() * 1_000;
let complaint: string | null = null;

process.stdout.write(`${JSON.stringify({ ready: 'prober', url: source })}\n`);
const phase = Number(env['STATUS_PROBER_PHASE'] ?? Number.NaN);
// Rounds begin at this moment of every second, so that the probers of one host take turns.
if (!Number.isNaN(phase)) await wait((EVERY_MS + phase - (Date.now() % EVERY_MS)) % EVERY_MS, undefined, { signal: stopping.signal }).catch(ignoreAbort);
const begun = performance.now();
for (let round = 0; !stopping.signal.aborted; round += 1) {
  void look();
  if (round % (PROVIDERS_EVERY_MS / EVERY_MS) === 0) for (const each of providers) void ask(each);
  const next = begun + (round + 1) * EVERY_MS - performance.now();
  // A host that slept does not make up for what it missed.
  if (next < -EVERY_MS) round += Math.floor(-next / EVERY_MS);
  if (next > 0) await wait(next, undefined, { signal: stopping.signal }).catch(ignoreAbort);
}
agent.destroy();
if (process.connected) process.disconnect?.();

async function look(): Promise<void> {
  const { ok, ms } = await probe(`${source}/healthz`, PROBE_DEADLINE_MS, alive, stopping.signal);
  await report({ target: 'bff', ok, ms });
}

async function ask({ id, url }: { id: string; url: string }): Promise<void> {
  const { ok, ms } = await probe(url, PROVIDER_DEADLINE_MS, reachable, stopping.signal);
  await report({ target: `provider:${id}`, ok, ms });
}

/** Never rejects: what could not be reported is said once. */
async function report(result: ProbeResult): Promise<void> {
  if (stopping.signal.aborted) return;
  seq += 1;
  const content: ProbeReport = { version: 1, prober: name, seq, at: Date.now(), results: [result] };
  const body = JSON.stringify(content);
  const told = await post(body);
  if (told !== complaint && !stopping.signal.aborted) log(told ?? 'The collector hears us again.');
  complaint = told;
}

function post(body: string): Promise<string | null> {
  return new Promise((settle) => {
    const request = send(target, {
      method: 'POST', agent, signal: AbortSignal.any([AbortSignal.timeout(REPORT_DEADLINE_MS), stopping.signal]),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), [SIGNATURE_HEADER]: signature(body, key) },
    });
    request.once('response', (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (chunk: string) => { said = (said + chunk).slice(0, 500); });
      response.once('close', () => settle(response.statusCode === 202 ? null : `The collector refused a report (${response.statusCode}): ${said}`));
    });
    request.on('error', (error) => settle(`The collector at ${target.origin} does not hear us (${error.message}).`));
    request.end(body);
  });
}

function providersOf(text: string): { id: string; url: string }[] {
  return text.split(/[\s,]+/).filter(Boolean).flatMap((entry) => {
    const [id = '', url = ''] = [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)];
    if (/^[A-Za-z0-9_.:-]{1,100}$/.test(id) && URL.canParse(url)) return [{ id, url }];
    log(`STATUS_PROVIDERS has "${entry}": expected ID=URL, such as openai=https://api.openai.com/v1/models.`);
    return [];
  });
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
