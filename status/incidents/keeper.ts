/** Carries out what auto.ts decides: opens, continues and calms incident files, keeping what people wrote in them. */
import { JUDGE_WINDOW_MS, type Traffic } from '../collector/judge.ts';
import type { Observed } from '../collector/collect.ts';
import type { Store } from '../collector/store.ts';
import { createAuto, type Act } from './auto.ts';
import { conditionsOf, evidence } from './conditions.ts';
import { addUpdate, change, compose } from './file.ts';
import type { Ledger, Written } from './ledger.ts';

/** A bff that this host has never reached is given so long to start before its absence is an incident (ms). */
const START_MS = 60_000;
/** Turns that evidence is drawn from. */
const RECENT_TURNS = 500;

/** A function to call after every round; true when it wrote something, so that the ledger has news. */
export function createKeeper(ledger: Ledger, store: Store, builtinsOf: () => ReadonlySet<string>, log: (line: string) => void): (observed: Observed, written: Written, steady: number) => boolean {
  const auto = createAuto();
  let complaint: string | null = null;
  let met = false;
  let begun = Number.NaN;

  function carryOut(act: Act, observed: Observed, traffic: Traffic): void {
    const at = new Date(observed.asOf);
    if (act.do === 'open') {
      const name = nameFor(ledger, at, act.condition.key);
      ledger.write('incidents', name, compose({
        title: act.condition.title, status: 'investigating', impact: act.condition.impact, startedAt: at,
        components: act.condition.components, condition: act.condition.key,
        updates: [{ at, status: 'investigating', body: act.condition.text }],
      }, evidence(act.condition, observed, traffic)));
      return log(`Opened incident ${name}: ${act.condition.title}.`);
    }
    const text = ledger.text('incidents', act.id);
    if (text === null) return;
    ledger.write('incidents', act.id, change(text, (front) => {
      if (act.do === 'watch') {
        front.set('status', 'monitoring');
        addUpdate(front, at, 'monitoring', 'It has not been seen for 30 seconds. We go on watching.');
        return;
      }
      const status = act.do === 'raise' ? String(front.get('status')) : 'investigating';
      front.set('status', status);
      front.set('impact', act.condition.impact);
      if (act.do === 'join') front.delete('resolvedAt');
      addUpdate(front, at, status, act.do === 'join' ? `It is back: ${act.condition.text}` : `It has become worse: ${act.condition.text}`);
    }));
    log(`Incident ${act.id}: ${{ watch: 'only watched from now on', join: 'it is back', raise: 'it has become worse' }[act.do]}.`);
  }

  /** A file that somebody is in the middle of editing must not end the round. */
  function tryOut(act: Act, observed: Observed, traffic: Traffic): boolean {
    try {
      carryOut(act, observed, traffic);
      complaint = null;
      return true;
    } catch (error) {
      const told = `${'id' in act ? act.id : act.condition.key} could not be written on: ${error instanceof Error ? error.message : String(error)}`;
      if (told !== complaint) log(told);
      complaint = told;
      return false;
    }
  }

  return (observed, written, steady) => {
    const now = observed.asOf;
    const traffic: Traffic = { recent: store.turnsSince(now - JUDGE_WINDOW_MS, RECENT_TURNS, now), builtin: builtinsOf(), now };
    const sight = {
      judged: new Set(observed.components.filter((each) => each.judged && each.status !== 'under_maintenance').map((each) => each.id)),
      lastTurn: traffic.recent[0]?.at ?? null,
    };
    if (Number.isNaN(begun)) begun = steady;
    met ||= observed.components.some((each) => each.kind === 'gateway' && each.judged && each.status === 'operational') || steady - begun > START_MS;
    const conditions = met ? conditionsOf(observed, traffic.builtin) : [];
    const acts = auto.step(conditions, written.incidents, sight, { wall: now, steady });
    return acts.map((act) => tryOut(act, observed, traffic)).includes(true);
  };
}

/** Such as 2026-05-04-1020-gateway-probes; the name becomes the address. */
function nameFor(ledger: Ledger, at: Date, key: string): string {
  const iso = at.toISOString();
  const base = `${iso.slice(0, 10)}-${iso.slice(11, 13)}${iso.slice(14, 16)}-${key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').slice(0, 60)}`;
  let name = base;
  for (let next = 2; ledger.text('incidents', name) !== null; next += 1) name = `${base}-${next}`;
  return name;
}
