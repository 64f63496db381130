/**
 * An incident as a real drill recorded it, replayed through pick, health and race. Recorded by
 * `npx halfsecond drill brownout --minutes 3 --turns 450 --speed 6 --record test/recordings/brownout.json`
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { ours, SETTINGS } from '../../bench/router/ours.ts';
import { MODELS, type Fate, type World } from '../../bench/router/world.ts';

/** Times in ms from the start. `turns`: when sent, first token. `calls`: when, model by its place in MODELS (0 is the primary), first content. */
type Recorded = { brokenAt: number; healedAt: number; turns: [number, number | null][]; calls: [number, number, number][] };
const { brokenAt, healedAt, turns, calls } = JSON.parse(readFileSync(new URL('../../recordings/brownout.json', import.meta.url), 'utf8')) as Recorded;
const during = (at: number): boolean => at >= brokenAt && at < healedAt;

/** What the recorded call to this model took that was nearest in time, on the same side of the break; each serves once while there are others. */
function recorded(): (world: World, model: string, turn: number, nth: number, at: number) => Fate {
  const left = [...calls];
  return (_, model, __, ___, at) => {
    const fits = (entry: [number, number, number], phase: boolean): boolean => MODELS[entry[1]]?.id === model && (!phase || during(entry[0]) === during(at));
    const nearest = (among: [number, number, number][], phase: boolean): [number, number, number] | undefined =>
      among.filter((entry) => fits(entry, phase)).toSorted((a, b) => Math.abs(a[0] - at) - Math.abs(b[0] - at))[0];
    const used = nearest(left, true);
    if (used) left.splice(left.indexOf(used), 1);
    const call = used ?? nearest(calls, true) ?? nearest(calls, false);
    assert.ok(call, `no call to ${model} was recorded`);
    return { ms: call[2], failure: null, retryAfter: null };
  };
}

it('keeps the visitors of a recorded brownout in time, as the real backend did', (t) => {
  const world: World = { models: MODELS, incidents: [], seed: 0 };
  const { outcomes } = ours(world, turns.map(([at]) => at), SETTINGS, recorded());
  const share = (all: (number | null)[]): number => all.filter((first) => first !== null && first < SETTINGS.firstTokenLimit).length / all.length;
  const hit = turns.filter(([at]) => during(at));
  const [then, now] = [share(hit.map(([, first]) => first)), share(outcomes.filter(({ at }) => during(at)).map(({ first }) => first))];
  const asked = outcomes.reduce((sum, outcome) => sum + outcome.calls, 0) / outcomes.length;
  t.diagnostic(`${hit.length} of ${turns.length} turns in the incident: ${(then * 100).toFixed(1)} % in time as recorded, ${(now * 100).toFixed(1)} % in the replay at ${asked.toFixed(3)} calls`);
  const slowCalls = calls.filter(([at, model, ms]) => model === 0 && during(at) && ms > SETTINGS.firstTokenLimit).length;
  assert.ok(slowCalls > 3, 'the primary was slow');
  assert.ok(now >= 0.98 && now >= then - 0.01, `${now} in time`);
  assert.ok(asked < 1.3);
  const first = outcomes.filter(({ at }) => at < brokenAt).map(({ first: ms }) => ms);
  assert.ok((first.toSorted((a, b) => a - b)[Math.floor(first.length / 2)] ?? Infinity) < 400, 'the primary was preferred before');
});
