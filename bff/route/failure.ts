/** Why a call to a provider failed, and the one place where foreign errors are turned into that. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FailureKind } from '@halfsecond/shared/status';

/** `retryAfter` in ms, when the provider named one. The message is for the log, never for a client. */
export class ProviderFailure extends Error {
  readonly kind: FailureKind;
  readonly retryAfter: number | null;
  constructor(kind: FailureKind, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = 'ProviderFailure';
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}

/** Reads whatever the SDKs or the network threw before an answer began. */
export function asFailure(error: unknown): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (!(error instanceof Error)) return new ProviderFailure('other', String(error));
  return new ProviderFailure(/timed? ?out/i.test(error.message) ? 'timeout' : 'network', describe(error));
}

/** An answer with a status that is none: the code that its body may name is for the log. */
export function refusalOf(status: number, headers: IncomingHttpHeaders, body: string): ProviderFailure {
  const code = /"code"\s*:\s*"([\w.-]{1,80})"/.exec(body)?.[1] ?? '';
  return new ProviderFailure(kindOfStatus(status), `HTTP ${status}${code && ` ${code}`}`, retryAfter(headers));
}

/** A body that broke off: undici says only "terminated". */
export function asCut(error: unknown): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  return new ProviderFailure('cut', error instanceof Error ? describe(error) : String(error));
}

/** The kind that an HTTP status stands for. */
export function kindOfStatus(status: number): FailureKind {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'throttled';
  if (status === 408 || status === 504) return 'timeout';
  return status >= 500 ? 'server' : 'other';
}

/** The kind that an error inside a stream stands for, by the type or code that providers put there. */
export function kindOfCode(code: string): FailureKind {
  if (/rate_limit|quota|throttl|^429$/.test(code)) return 'throttled';
  if (/auth|permission|api_key|^40[13]$/.test(code)) return 'auth';
  if (/content_filter|content_policy|refus/.test(code)) return 'refused';
  return 'server';
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? describe(error.cause) : '';
  return cause && !error.message.includes(cause) ? `${error.message} (${cause})` : error.message;
}

function retryAfter({ 'retry-after-ms': ms, 'retry-after': text }: IncomingHttpHeaders): number | null {
  const exact = Number(ms ?? Number.NaN);
  if (exact >= 0) return exact;
  if (!text) return null;
  const seconds = Number(text);
  const wait = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1_000;
  return Number.isNaN(wait) ? null : Math.max(0, wait);
}
