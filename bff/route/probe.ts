/**
 * Tiny questions of the router's own to models that nobody has asked for a while, so that what is believed of them
 * stays fresh. Only while visitors come, only where extra calls are wanted, and from the same purse and budget.
 */
import type { Model } from '../layers.ts';
import { runAttempt } from './attempt.ts';
import { probeDue, type HealthState } from './health.ts';
import { askToStop, type Ask, type Stop } from './provider.ts';
import { realCost, tokensAtMost, worstCost } from './spend.ts';
import type { Table } from './table.ts';

/** How often it is looked whether one is due, and how long after the last visitor (ms). */
const LOOK_MS = 10_000;
const VISITORS_MS = 900_000;
/** The least that providers accept. */
const OUTPUT_TOKENS = 16;

export type Probes = {
  /** A visitor has come. */
  wanted(): void;
  close(): void;
};

/** `models`: those that can be asked and whose price is known. `now` gives epoch ms. */
export function createProbes(models: Model[], table: Table, health: () => HealthState, now: () => number): Probes {
  const asked = new Set<Stop>();
  let visitedAt = -Infinity;
  const timer = table.settings.extraCalls > 0 ? setInterval(look, LOOK_MS).unref() : undefined;

  function look(): void {
    if (now() - visitedAt > VISITORS_MS) return;
    for (const model of models) if (probeDue(health(), model.provider, model.id, table.settings.firstTokenLimit, now())) void probe(model);
  }

  /** Asks; what it finds out goes to health. Without a place, a cent or a coin to spare it is left for later. */
  async function probe(model: Model): Promise<void> {
    const ask: Ask = {
      model: { ...model, maxOutputTokens: OUTPUT_TOKENS }, chat: 'probe', lang: 'en', system: '', messages: [{ role: 'user', text: 'Say OK.' }], snippets: [], tools: [], partial: '', standIn: false,
    };
    const tokens = tokensAtMost(ask);
    const price = table.priceOf(model);
    if (table.purse < 1) return;
    const place = table.places.take([model.id]);
    const settle = place && table.spend.reserve(worstCost(tokens, ask.model, price));
    if (place === null || settle === null) return place?.leave();
    table.purse -= 1;
    const about = { provider: model.provider, model: model.id };
    let heard = false;
    const stop: Stop = { asked: false, call: null };
    asked.add(stop);
    const startedAt = performance.now();
    table.happened({ type: 'started', at: now(), ...about });
    const attempted = await runAttempt(table.callOf(model), ask, stop, () => {
      if (heard) return;
      heard = true;
      const ms = performance.now() - startedAt;
      table.happened({ type: 'content', at: now(), ...about, ms, late: ms > table.settings.firstTokenLimit });
    });
    asked.delete(stop);
    settle(realCost(attempted, tokens, price));
    place.leave();
    const { failure, report: { total: ms } } = attempted;
    // So few tokens may all have gone into thinking: an empty answer is no fault here.
    if (failure === null || failure.kind === 'empty') table.happened({ type: 'ended', at: now(), ...about, ms });
    else if (failure.kind === 'cancelled') table.happened({ type: 'withdrawn', at: now(), ...about });
    else {
      table.happened({ type: 'failed', at: now(), ...about, failure: failure.kind, retryAfter: failure.retryAfter, spoke: heard });
      table.log(`${model.provider}/${model.id} failed a probe (${failure.kind}): ${failure.message}`);
    }
  }

  return {
    wanted() {
      visitedAt = now();
    },
    close() {
      clearInterval(timer);
      for (const stop of asked) askToStop(stop);
    },
  };
}
