/** Where the time of a turn went, and whose fault a bad turn was. Pure. */
import { FIRST_TOKEN_TARGET_MS } from '@halfsecond/shared/limits';
import type { Sample, Side } from '@halfsecond/shared/status';

export type Recent = Pick<Sample, 'at' | 'outcome' | 'code' | 'model' | 'provider' | 'attempts' | 'timing' | 'tools'>;
/** Ms of one turn; `provider` holds the tools too, which are outside as providers are. */
export type Parts = { queue: number; gateway: number; provider: number };
/** `where`: `queue`, `gateway` or `tools` of ours, or the provider's id. */
export type Blame = { side: Side; where: string };

/** The parts may miss the total by this share of it, or by this many ms when that is more. */
const SLACK = 0.05;
const SLACK_MS = 2;

export function partsOf({ timing }: Pick<Sample, 'timing'>): Parts {
  const { queue, dispatch, memory, route, gateway, provider, tools } = timing;
  return { queue, gateway: dispatch + memory + route + gateway, provider: provider + tools };
}

/** True when queue, gateway and provider add up to the total: only then can a turn say whose fault it was. */
export function addsUp(turn: Pick<Sample, 'timing'>): boolean {
  const { queue, gateway, provider } = partsOf(turn);
  const { total } = turn.timing;
  return Math.abs(queue + gateway + provider - total) <= Math.max(total * SLACK, SLACK_MS);
}

/**
 * Whose fault it is that this turn failed, began late or needed another model; null when it was well or nobody can tell.
 * @param builtin providers that run inside our own process
 */
export function blameOf(turn: Recent, builtin: ReadonlySet<string>): Blame | null {
  if (turn.outcome === 'stopped') return null;
  if (turn.outcome === 'refused') return { side: 'own', where: 'queue' };
  if (turn.outcome === 'error') return blameForError(turn, builtin);
  if (!isLate(turn)) return rescued(turn, builtin);
  // Hops that do not add up are the gateway's own account of itself.
  return addsUp(turn) ? blameForDelay(turn, builtin) : { side: 'own', where: 'gateway' };
}

/** Another model answered in time, but somebody had failed. */
function rescued({ attempts }: Recent, builtin: ReadonlySet<string>): Blame | null {
  const failed = attempts.find((attempt) => attempt.outcome === 'error');
  return failed ? atProvider(failed.provider, builtin) : null;
}

export function isLate(turn: Pick<Recent, 'timing'>): boolean {
  return (turn.timing.firstToken ?? 0) > FIRST_TOKEN_TARGET_MS;
}

function blameForError(turn: Recent, builtin: ReadonlySet<string>): Blame | null {
  const last = turn.attempts.findLast((attempt) => attempt.outcome === 'error');
  if (last && !turn.attempts.some((attempt) => attempt.outcome === 'ok')) return atProvider(last.provider, builtin);
  if (turn.code === 'queue_timeout') return { side: 'own', where: 'queue' };
  // Nobody was asked, since all were known to be out: why is not this turn's to tell.
  if (turn.code === 'no_model_available' && turn.attempts.length === 0) return null;
  return { side: 'own', where: 'gateway' };
}

function blameForDelay(turn: Recent, builtin: ReadonlySet<string>): Blame {
  const firstToken = turn.timing.firstToken ?? 0;
  const own = ownBefore(turn, firstToken);
  const tools = Math.min(turn.timing.tools, firstToken - own);
  const outside = firstToken - own - tools;
  const slowest = slowestOf(turn);
  if (outside >= own && outside >= tools && slowest !== null) return atProvider(slowest, builtin);
  if (tools > own) return { side: 'own', where: 'tools' };
  return { side: 'own', where: turn.timing.queue * 2 > own ? 'queue' : 'gateway' };
}

/** Ms before the first token that were spent in our own layers, or waiting inside the router without any call running. */
function ownBefore({ timing, attempts }: Recent, firstToken: number): number {
  const hops = timing.queue + timing.dispatch + timing.memory + timing.route + timing.gateway;
  let called = 0;
  for (const attempt of attempts) {
    called += attempt.firstContent ?? attempt.total;
    if (attempt.firstContent !== null) break;
  }
  return Math.min(firstToken, Math.max(hops, firstToken - called - timing.tools));
}

/** The provider that was waited for longest before its first content. */
function slowestOf({ attempts, provider }: Recent): string | null {
  let slowest: string | null = provider;
  let most = -1;
  for (const attempt of attempts) {
    const waited = attempt.firstContent ?? attempt.total;
    if (waited > most) [slowest, most] = [attempt.provider, waited];
  }
  return slowest;
}

function atProvider(id: string, builtin: ReadonlySet<string>): Blame {
  return builtin.has(id) ? { side: 'own', where: 'gateway' } : { side: 'provider', where: id };
}
