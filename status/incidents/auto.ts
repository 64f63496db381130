/** When an incident opens by itself, is joined and is only watched any more. Pure but for its own memory. */
import type { Impact } from '@halfsecond/shared/status';
import { open, type PublishedIncident } from '../src/incident.ts';
import { restsOnTraffic, type Condition } from './conditions.ts';

/** A condition must be gone so long, without a break, before its incident is only watched (ms). */
export const CLEAN_MS = 30_000;
/** One that comes back within so long is the same incident (ms). */
export const JOIN_MS = 15 * 60_000;
/** A mild condition must hold so long before it is an incident (ms). */
export const LASTING_MS = 30_000;

export type Act =
  | { do: 'open'; condition: Condition }
  /** It is back: the same incident goes on. */
  | { do: 'join'; id: string; condition: Condition }
  /** It has become worse than the incident says. */
  | { do: 'raise'; id: string; condition: Condition }
  | { do: 'watch'; id: string };
/** What could be looked at: components that were judged, and the end of the newest turn (epoch ms). */
export type Sight = { judged: ReadonlySet<string>; lastTurn: number | null };
/** Epoch ms as in the incidents, and ms on a clock that nobody sets: how long something held is measured by that. */
export type Now = { wall: number; steady: number };
export type Auto = ReturnType<typeof createAuto>;

const order: Impact[] = ['none', 'minor', 'major', 'critical'];

export function createAuto() {
  /** Since when each condition is there (steady). */
  const since = new Map<string, number>();
  /** Since when each condition of an open incident is gone. */
  const cleanSince = new Map<string, Now>();

  function whenThere(condition: Condition, incidents: PublishedIncident[], { wall: now, steady }: Now): Act[] {
    const begun = since.get(condition.key) ?? steady;
    since.set(condition.key, begun);
    cleanSince.delete(condition.key);
    if (condition.lasting && steady - begun < LASTING_MS) return [];
    const last = incidents.find((each) => each.condition === condition.key);
    if (!last) return [{ do: 'open', condition }];
    if (open(last) && last.status !== 'monitoring') {
      return order.indexOf(condition.impact) > order.indexOf(last.impact) ? [{ do: 'raise', id: last.id, condition }] : [];
    }
    const ended = last.resolvedAt ?? last.updates[0]?.at ?? last.startedAt;
    return now - ended <= JOIN_MS ? [{ do: 'join', id: last.id, condition }] : [{ do: 'open', condition }];
  }

  function whenGone(incident: PublishedIncident, key: string, sight: Sight, now: Now): Act[] {
    // Not seen is not gone.
    if (!sight.judged.has(key.slice(0, key.lastIndexOf(':')))) {
      cleanSince.delete(key);
      return [];
    }
    const clean = cleanSince.get(key) ?? now;
    cleanSince.set(key, clean);
    if (now.steady - clean.steady < CLEAN_MS) return [];
    if (restsOnTraffic(key) && (sight.lastTurn === null || sight.lastTurn < clean.wall)) return [];
    return [{ do: 'watch', id: incident.id }];
  }

  return {
    /** @param incidents newest first */
    step(conditions: Condition[], incidents: PublishedIncident[], sight: Sight, now: Now): Act[] {
      const there = new Set(conditions.map((each) => each.key));
      for (const key of since.keys()) if (!there.has(key)) since.delete(key);
      const acts = conditions.flatMap((each) => whenThere(each, incidents, now));
      for (const incident of incidents) {
        const key = incident.condition;
        if (!key || there.has(key) || !open(incident) || incident.status === 'monitoring') continue;
        acts.push(...whenGone(incident, key, sight, now));
      }
      return acts;
    },
  };
}
