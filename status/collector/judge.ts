/** What is wrong, where, and how badly: pure functions from observations to Statuspage's words. */
import { FIRST_TOKEN_TARGET_MS } from '@halfsecond/shared/limits';
import type { ComponentStatus, FailureKind, ProviderHealth, QueueState, Sample } from '@halfsecond/shared/status';

/** Failed probes in a row until the bff is down, and good ones until it is up again. */
export const DOWN_AFTER = 3;
export const UP_AFTER = 3;
/** Traffic is judged over this window (ms) and only from this many turns on. */
export const JUDGE_WINDOW_MS = 60_000;
const JUDGE_MIN = 5;
/** A better verdict must hold this long before it is believed (ms). */
export const RECOVER_MS = 5_000;

export type Indicator = 'none' | 'minor' | 'major' | 'critical';
export type Reach = { state: 'unknown' | 'up' | 'down'; failed: number; good: number };
/** `judged` is false when we could not look: the status is then the last known one and counts for nothing. */
export type Verdict = { status: ComponentStatus; text: string; judged: boolean };
export type Held = Verdict & { since: number; betterSince: number | null };
export type Recent = Pick<Sample, 'at' | 'outcome' | 'model' | 'provider' | 'attempts' | 'timing' | 'tools'>;

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

export function judgeGateway(reached: Reach, metricsStale: boolean, recent: Recent[]): Verdict {
  if (reached.state === 'down') return say('major_outage', 'Does not answer our probes.');
  if (reached.state === 'unknown') return { ...say('operational', 'Not probed yet.'), judged: false };
  if (metricsStale) return say('operational', 'Answers our probes; its figures are stale.');
  const turns = recent.filter((turn) => turn.outcome !== 'refused' && turn.outcome !== 'stopped');
  const own = turns.filter((turn) => turn.outcome === 'error' && !providersFailed(turn)).length;
  if (turns.length >= JUDGE_MIN && own * 2 >= turns.length) return say('partial_outage', `${own} of the last ${turns.length} turns failed on our side.`);
  // One failed turn among few is no trend.
  if (turns.length >= JUDGE_MIN && own >= 2 && own * 10 >= turns.length) return say('degraded_performance', `${own} of the last ${turns.length} turns failed on our side.`);
  const slow = slowOn('own', recent);
  if (slow) return say('degraded_performance', slow);
  return say('operational', 'Answers our probes.');
}

export function judgeQueue(gatewayDown: boolean, stale: boolean, queue: QueueState | null, recent: Recent[]): Verdict {
  if (gatewayDown) return say('major_outage', 'Out of reach with the gateway.');
  if (stale || !queue) return { ...say('operational', 'Not measured at the moment.'), judged: false };
  const refused = recent.filter((turn) => turn.outcome === 'refused').length;
  if (recent.length >= JUDGE_MIN && refused * 5 >= recent.length) {
    return say('partial_outage', `${refused} of the last ${recent.length} turns were turned away.`);
  }
  if (queue.depth > 0 && queue.depth >= queue.capacity) return say('degraded_performance', `${queue.depth} turns are waiting for a place.`);
  return say('operational', queue.depth === 0 ? 'Nobody is waiting.' : `${queue.depth} waiting, moving.`);
}

export function judgeProvider(blind: boolean, health: ProviderHealth, recent: Recent[]): Verdict {
  if (health.state === 'off') return { ...say('operational', 'Not configured.'), judged: false };
  if (blind) return { ...fromHealth(health), text: 'Not measured at the moment.', judged: false };
  const verdict = fromHealth(health);
  if (verdict.status !== 'operational') return verdict;
  const slow = slowOn('provider', recent.filter((turn) => turn.provider === health.id));
  return slow ? say('degraded_performance', slow) : verdict;
}

function fromHealth(health: ProviderHealth): Verdict {
  const why = health.failure ? ` ${inWords(health.failure)}` : '';
  if (health.state === 'down') return say('major_outage', `Out:${why || ' its calls fail'}.`);
  if (health.state === 'degraded') return say('degraded_performance', `Troubled:${why || ' some of its calls fail'}.`);
  if (health.state === 'unknown') return { ...say('operational', 'Nothing has been asked of it yet.'), judged: false };
  return say('operational', 'Answers.');
}

export function judgeTools(blind: boolean, recent: Recent[]): Verdict {
  if (blind) return { ...say('operational', 'Not measured at the moment.'), judged: false };
  const calls = recent.flatMap((turn) => turn.tools).filter((call) => call.outcome !== 'stopped');
  const failed = calls.filter((call) => call.outcome === 'error').length;
  const text = `${failed} of the last ${calls.length} calls failed.`;
  if (calls.length >= JUDGE_MIN && failed === calls.length) return say('major_outage', text);
  if (calls.length >= JUDGE_MIN && failed * 2 >= calls.length) return say('partial_outage', text);
  if (calls.length >= JUDGE_MIN && failed * 5 >= calls.length) return say('degraded_performance', text);
  return say('operational', calls.length === 0 ? 'No calls in the last minute.' : text);
}

/** A model's state: its provider's fault first, then its own traffic. */
export function judgeModel(provider: Verdict | undefined, model: string, recent: Recent[]): ComponentStatus {
  if (provider?.status === 'major_outage') return 'major_outage';
  const attempts = recent.flatMap((turn) => turn.attempts).filter((attempt) => attempt.model === model && attempt.outcome !== 'stopped');
  const failed = attempts.filter((attempt) => attempt.outcome === 'error').length;
  if (attempts.length >= JUDGE_MIN && failed === attempts.length) return 'major_outage';
  if (attempts.length >= JUDGE_MIN && failed * 2 >= attempts.length) return 'partial_outage';
  const late = recent.filter((turn) => turn.model === model && turn.timing.firstToken !== null);
  if (late.length >= JUDGE_MIN && median(late.map((turn) => turn.timing.firstToken ?? 0)) > FIRST_TOKEN_TARGET_MS) return 'degraded_performance';
  return 'operational';
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
    if (!verdict.judged || verdict.status === 'operational') continue;
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

function say(status: ComponentStatus, text: string): Verdict {
  return { status, text, judged: true };
}

/** The turn failed because every provider that it asked failed. */
function providersFailed(turn: Recent): boolean {
  return turn.attempts.length > 0 && turn.attempts.every((attempt) => attempt.outcome === 'error');
}

/** A sentence when the median first token is over target and most of that time was spent on `side`. */
function slowOn(side: 'own' | 'provider', recent: Recent[]): string | null {
  const turns = recent.filter((turn) => turn.timing.firstToken !== null);
  if (turns.length < JUDGE_MIN) return null;
  const middle = median(turns.map((turn) => turn.timing.firstToken ?? 0));
  if (middle <= FIRST_TOKEN_TARGET_MS) return null;
  const own = median(turns.map((turn) => Math.max(0, (turn.timing.firstToken ?? 0) - waitedFor(turn))));
  if ((own * 2 > middle ? 'own' : 'provider') !== side) return null;
  return `First token at ${Math.round(middle)} ms in the middle of the last ${turns.length} turns; the target is ${FIRST_TOKEN_TARGET_MS} ms.`;
}

/** Ms that a turn waited for providers before its first content: failed attempts whole, then the good one's first content. */
function waitedFor(turn: Recent): number {
  let waited = 0;
  for (const attempt of turn.attempts) {
    waited += attempt.firstContent ?? attempt.total;
    if (attempt.firstContent !== null) break;
  }
  return waited;
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
