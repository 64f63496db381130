/** What is wrong, where, and how badly: pure functions from observations to Statuspage's words. */
import { FIRST_TOKEN_TARGET_MS } from '@halfsecond/shared/limits';
import type { ComponentStatus, FailureKind, Impact, ProviderHealth, QueueState, ToolHealth } from '@halfsecond/shared/status';
import { blameOf, isLate, type Recent } from './hops.ts';
import type { Reached } from './quorum.ts';

/** Failed probes in a row until a prober says down, and good ones until it says up again. */
export const DOWN_AFTER = 3;
export const UP_AFTER = 3;
/** Traffic is judged over this window (ms) and only from this many turns on. */
export const JUDGE_WINDOW_MS = 60_000;
const JUDGE_MIN = 5;
/** Lateness is judged by the newest turns: all of so many ms, or so many turns when those are more. */
const LATE_WINDOW_MS = 3_000;
const LATE_TURNS = 10;
/** A better verdict must hold this long before it is believed (ms). */
export const RECOVER_MS = 5_000;

export type Indicator = Impact;
/** What one prober has seen in a row. */
export type Reach = { state: 'unknown' | 'up' | 'down'; failed: number; good: number };
/** What a verdict rests on; two verdicts on one component with one cause are the same condition. */
export type Cause = 'probes' | 'errors' | 'slow' | 'full' | 'refused' | 'health' | 'calls';
/** `judged` is false when we could not look: the status is then the last known one and counts for nothing. */
export type Verdict = { status: ComponentStatus; text: string; judged: boolean; cause?: Cause };
export type Held = Verdict & { since: number; betterSince: number | null };
/** Turns of the last minute, newest first; `builtin` are the providers inside our own process. */
export type Traffic = { recent: Recent[]; builtin: ReadonlySet<string>; now: number };

/** Counts one probe: three failures in a row open, three good ones close; the very first good one counts at once. */
export function reach(before: Reach, good: boolean): Reach {
  const next = good ? { good: before.good + 1, failed: 0 } : { good: 0, failed: before.failed + 1 };
  if (next.failed >= DOWN_AFTER) return { state: 'down', ...next };
  if (next.good >= UP_AFTER || (good && before.state === 'unknown')) return { state: 'up', ...next };
  return { state: before.state, ...next };
}

/** Worse is believed at once, better only after it has held for `RECOVER_MS`. */
export function hold(before: Held | undefined, verdict: Verdict, now: number): Held {
  if (!before || rank(verdict.status) > rank(before.status)) return { ...verdict, since: now, betterSince: null };
  if (verdict.status === before.status) return { ...verdict, since: before.since, betterSince: null };
  const betterSince = before.betterSince ?? now;
  if (!before.judged || now - betterSince >= RECOVER_MS) return { ...verdict, since: now, betterSince: null };
  return { ...before, betterSince };
}

export function judgeGateway(reached: Reached, metricsStale: boolean, traffic: Traffic): Verdict {
  const { state, down, of } = reached;
  if (state === 'down') return say('major_outage', of > 1 ? `Does not answer our probes (${down} of ${of} probers).` : 'Does not answer our probes.', 'probes');
  if (state === 'unknown') return { ...say('operational', 'Not probed at the moment.'), judged: false };
  if (state === 'partial') return say('partial_outage', `Reached from ${of - down} of ${of} places.`, 'probes');
  const answers = down > 0 ? `Answers our probes; ${down} of ${of} probers does not reach it.` : 'Answers our probes.';
  if (metricsStale) return say('operational', down > 0 ? answers : 'Answers our probes; its figures are stale.');
  const turns = traffic.recent.filter((turn) => turn.outcome !== 'refused' && turn.outcome !== 'stopped');
  const own = turns.filter((turn) => turn.outcome === 'error' && blameOf(turn, traffic.builtin)?.where === 'gateway').length;
  const failed = `${own} of the last ${turns.length} turns failed on our side.`;
  if (turns.length >= JUDGE_MIN && own * 2 >= turns.length) return say('partial_outage', failed, 'errors');
  // One failed turn among few is no trend.
  if (turns.length >= JUDGE_MIN && own >= 2 && own * 10 >= turns.length) return say('degraded_performance', failed, 'errors');
  return slowAt('gateway', traffic) ?? say('operational', answers);
}

export function judgeQueue(gatewayDown: boolean, stale: boolean, queue: QueueState | null, traffic: Traffic): Verdict {
  if (gatewayDown) return say('major_outage', 'Out of reach with the gateway.');
  if (stale || !queue) return { ...say('operational', 'Not measured at the moment.'), judged: false };
  const { recent } = traffic;
  const refused = recent.filter((turn) => turn.outcome === 'refused').length;
  if (recent.length >= JUDGE_MIN && refused * 5 >= recent.length) {
    return say('partial_outage', `${refused} of the last ${recent.length} turns were turned away.`, 'refused');
  }
  if (queue.depth > 0 && queue.depth >= queue.capacity) return say('degraded_performance', `${queue.depth} turns are waiting for a place.`, 'full');
  return slowAt('queue', traffic) ?? say('operational', queue.depth === 0 ? 'Nobody is waiting.' : `${queue.depth} waiting, moving.`);
}

/** @param outside what our probes say of the provider's public endpoint; `unknown` when nobody asks it */
export function judgeProvider(blind: boolean, health: ProviderHealth, traffic: Traffic, outside: Reached['state'] = 'unknown'): Verdict {
  if (health.state === 'off') return { ...say('operational', 'Not configured.'), judged: false };
  if (blind && outside === 'down') return say('major_outage', 'Its public endpoint does not answer our probes.', 'probes');
  if (blind) return { ...fromHealth(health, outside), text: 'Not measured at the moment.', judged: false };
  const verdict = fromHealth(health, outside);
  const own = traffic.recent.filter((turn) => turn.provider === health.id || turn.attempts.some((each) => each.provider === health.id));
  const slow = slowAt(health.id, { ...traffic, recent: own });
  if (verdict.status !== 'operational') return slow ? { ...verdict, text: `${verdict.text} ${slow.text}` } : verdict;
  const failing = failingAttempts(health.id, traffic.recent);
  if (failing) return failing;
  if (outside === 'down' && own.some((turn) => turn.outcome === 'ok')) return say('operational', 'Answers, though its public endpoint does not answer our probes.');
  if (outside === 'down') return say('degraded_performance', 'Its public endpoint does not answer our probes.', 'probes');
  return slow ?? verdict;
}

function failingAttempts(provider: string, recent: Recent[]): Verdict | null {
  const attempts = recent.flatMap((turn) => turn.attempts).filter((each) => each.provider === provider && each.outcome !== 'stopped');
  const failed = attempts.filter((each) => each.outcome === 'error').length;
  if (attempts.length < JUDGE_MIN || failed * 2 < attempts.length) return null;
  return say('partial_outage', `${failed} of the last ${attempts.length} calls failed.`, 'calls');
}

function fromHealth(health: ProviderHealth, outside: Reached['state']): Verdict {
  const why = health.failure ? ` ${inWords(health.failure)}` : '';
  const here = outside === 'up' && health.failure === 'network' ? ' Its public endpoint answers our probes: the fault may lie on our side.' : '';
  if (health.state === 'down') return say('major_outage', `Out:${why || ' its calls fail'}.${here}`, 'health');
  if (health.state === 'degraded') return say('degraded_performance', `Troubled:${why || ' some of its calls fail'}.${here}`, 'health');
  if (health.state === 'unknown') return { ...say('operational', 'Nothing has been asked of it yet.'), judged: false };
  return say('operational', 'Answers.');
}

export function judgeTools(blind: boolean, traffic: Traffic, health: ToolHealth[]): Verdict {
  if (blind) return { ...say('operational', 'Not measured at the moment.'), judged: false };
  const calls = traffic.recent.flatMap((turn) => turn.tools).filter((call) => call.outcome !== 'stopped');
  const failed = calls.filter((call) => call.outcome === 'error').length;
  const text = `${failed} of the last ${calls.length} calls failed.`;
  if (calls.length >= JUDGE_MIN && failed === calls.length) return say('major_outage', text, 'calls');
  if (calls.length >= JUDGE_MIN && failed * 2 >= calls.length) return say('partial_outage', text, 'calls');
  if (calls.length >= JUDGE_MIN && failed * 5 >= calls.length) return say('degraded_performance', text, 'calls');
  const changed = health.filter(({ state }) => state === 'changed').length;
  if (changed > 0) return say('degraded_performance', `${changed === 1 ? 'A tool is' : `${changed} tools are`} off until a changed definition is accepted.`, 'health');
  const off = health.filter(({ state }) => state === 'off').length;
  if (off > 0) return say('degraded_performance', `${off === 1 ? 'A tool server' : `${off} tool servers`} cannot be reached.`, 'health');
  const resting = health.filter(({ state }) => state === 'down').length;
  if (resting > 0) return say('degraded_performance', `${resting} of ${health.length} tools rest after failures.`, 'health');
  return slowAt('tools', traffic) ?? say('operational', `${calls.length === 0 ? 'No calls in the last minute.' : text}${timesOf(health)}`);
}

/** How long each tool takes, the slowest first. */
function timesOf(health: ToolHealth[]): string {
  const known = health.flatMap(({ name, p50, p95 }) => (p50 === null || p95 === null ? [] : [{ name, p50, p95 }])).sort((a, b) => b.p95 - a.p95);
  return known.slice(0, 5).map(({ name, p50, p95 }) => ` ${name}: ${Math.round(p50)} ms, 95 % within ${Math.round(p95)} ms.`).join('');
}

/** A model's state: its provider's fault first, then its own traffic. */
export function judgeModel(provider: Verdict | undefined, model: string, traffic: Traffic): ComponentStatus {
  if (provider?.status === 'major_outage') return 'major_outage';
  const attempts = traffic.recent.flatMap((turn) => turn.attempts).filter((attempt) => attempt.model === model && attempt.outcome !== 'stopped');
  const failed = attempts.filter((attempt) => attempt.outcome === 'error').length;
  if (attempts.length >= JUDGE_MIN && failed === attempts.length) return 'major_outage';
  if (attempts.length >= JUDGE_MIN && failed * 2 >= attempts.length) return 'partial_outage';
  return lately(traffic.recent.filter((turn) => turn.model === model), traffic.now) ? 'degraded_performance' : 'operational';
}

/** Everything in one word and one headline. Components that were not judged count for nothing. */
export function overall(
  components: { id: string; kind: 'gateway' | 'queue' | 'provider' | 'tools'; builtin: boolean; verdict: Verdict }[],
  incidents: Indicator[],
): Indicator {
  let worst: Indicator = 'none';
  const raise = (to: Indicator): void => {
    if (order.indexOf(to) > order.indexOf(worst)) worst = to;
  };
  const providers = components.filter((each) => each.kind === 'provider' && each.verdict.judged);
  const remaining = providers.filter((each) => each.verdict.status !== 'major_outage');
  for (const { kind, verdict } of components) {
    if (!verdict.judged || verdict.status === 'operational' || verdict.status === 'under_maintenance') continue;
    if (verdict.status === 'degraded_performance') raise('minor');
    else if (kind === 'tools') raise(verdict.status === 'major_outage' ? 'major' : 'minor');
    else if (kind === 'provider') {
      if (verdict.status !== 'major_outage' || remaining.some((each) => !each.builtin)) raise('minor');
      else raise(remaining.length > 0 ? 'major' : 'critical');
    } else raise(kind === 'gateway' && verdict.status === 'major_outage' ? 'critical' : 'major');
  }
  for (const impact of incidents) raise(impact);
  return worst;
}

const order: Indicator[] = ['none', 'minor', 'major', 'critical'];
const ranks: ComponentStatus[] = ['operational', 'under_maintenance', 'degraded_performance', 'partial_outage', 'major_outage'];
function rank(status: ComponentStatus): number {
  return ranks.indexOf(status);
}

function say(status: ComponentStatus, text: string, cause?: Cause): Verdict {
  return { status, text, judged: true, ...(cause ? { cause } : {}) };
}

/** The newest turns that began to answer, when the median of them is over target; else null. */
function lately(recent: Recent[], now: number): { turns: Recent[]; middle: number } | null {
  const answered = recent.filter((turn) => turn.timing.firstToken !== null);
  const fresh = answered.filter((turn) => turn.at > now - LATE_WINDOW_MS);
  const turns = fresh.length > LATE_TURNS ? fresh : answered.slice(0, LATE_TURNS);
  if (turns.length < JUDGE_MIN) return null;
  const middle = median(turns.map((turn) => turn.timing.firstToken ?? 0));
  return middle > FIRST_TOKEN_TARGET_MS ? { turns, middle } : null;
}

/** Degraded when the newest turns begin late and more of the late ones are to be blamed on `where` than on anybody else. */
function slowAt(where: string, { recent, builtin, now }: Traffic): Verdict | null {
  const late = lately(recent, now);
  if (!late) return null;
  const blamed = new Map<string, number>();
  for (const turn of late.turns) {
    const at = isLate(turn) ? blameOf(turn, builtin)?.where : undefined;
    if (at !== undefined) blamed.set(at, (blamed.get(at) ?? 0) + 1);
  }
  const most = [...blamed].toSorted((a, b) => b[1] - a[1])[0]?.[0];
  if (most !== where) return null;
  return say('degraded_performance', `First token at ${Math.round(late.middle)} ms in the middle of the last ${late.turns.length} turns; the target is ${FIRST_TOKEN_TARGET_MS} ms.`, 'slow');
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

const words: Record<FailureKind, string> = {
  auth: 'the key was refused',
  throttled: 'it turns requests away (rate limit)',
  server: 'it answers with errors of its own',
  network: 'it cannot be reached',
  timeout: 'it does not answer in time',
  cut: 'its answers break off',
  protocol: 'its answers cannot be read',
  refused: 'it refuses the requests',
  empty: 'its answers are empty',
  cancelled: 'its calls were cancelled',
  other: 'its calls fail',
};
/** A failure in plain words, fit to follow "Out:". */
export function inWords(failure: FailureKind): string {
  return words[failure];
}
