/**
 * One step of an answer: the order of models, then one attempt after the other until an answer is whole. Before
 * its first text a failed model is simply replaced; after it, the next one continues the sentence.
 */
import type { FailureKind } from '@halfsecond/shared/status';
import type { RouteSettings } from '../layers.ts';
import type { DataClass, Model, Provider, Route, RouteHealth, RouteInput, RoutePart } from '../layers.ts';
import { snippetsUsed } from './answer/cite.ts';
import { runAttempt } from './attempt.ts';
import { createChannel } from './channel.ts';
import { createHealth, foldHealth, onTimeOf, standingOf, viewHealth, type HealthEvent } from './health.ts';
import { needOf, pick, type Candidate, type Choice } from './pick.ts';
import { costOf, priceOf } from './prices.ts';
import type { Ask, Caller } from './provider.ts';
import { createAnthropic } from './providers/anthropic.ts';
import { createBuiltin } from './providers/builtin.ts';
import { createCompatible } from './providers/compatible.ts';
import { createOpenAI } from './providers/openai.ts';

export type RouteOptions = {
  providers: Record<string, Provider>;
  models: Model[];
  settings: RouteSettings;
  /** Epoch ms; replaceable for tests. */
  now?: () => number;
  /** One line about something an operator should know. */
  log: (line: string) => void;
};
/** `onTime`: decayed share of answers that began on time, null when unknown. `cost`: expected, in US dollars. */
export type Explained = { dataClass: DataClass; need: number; order: { model: string; reason: string; onTime: number | null; cost: number }[] };
export type Router = {
  route: Route;
  health: RouteHealth;
  /** What `route` would do with this input now; calls nobody. */
  explain(input: RouteInput): Explained;
  /** Loads the SDKs of the usable providers, so that the first visitor does not wait for them. */
  warm(): Promise<void>;
  /** Stops what still runs. */
  close(): void;
};

const create = { openai: createOpenAI, anthropic: createAnthropic, 'openai-compatible': createCompatible, builtin: createBuiltin };
/** Answers are mostly this long; only the comparison between models rests on it. */
const USUAL_OUTPUT_TOKENS = 250;
const CHARS_PER_TOKEN = 4;

/** Builds the router. A provider whose key or address is missing is off; builtin is there even when nobody configured it. */
export function createRoute(options: RouteOptions): Router {
  const now = options.now ?? Date.now;
  const { providers, models } = withBuiltin(options.providers, options.models);
  const callers = new Map<string, Caller>(Object.entries(providers).map(([id, provider]) => [id, create[provider.kind](provider)]));
  const running = new Set<AbortController>();
  let health = createHealth(Object.entries(providers).map(([id, provider]) => ({ id, kind: provider.kind, off: isOff(provider) })), now());
  for (const [id, provider] of Object.entries(providers)) if (isOff(provider)) options.log(`provider ${id} is off: ${missing(provider)} is not set`);

  function happened(event: HealthEvent): void {
    health = foldHealth(health, event);
  }

  function candidates(input: RouteInput): Candidate[] {
    const inputTokens = countCharacters(input) / CHARS_PER_TOKEN;
    return models.flatMap((model) => {
      const provider = providers[model.provider];
      if (provider === undefined) return [];
      return [{
        model,
        builtin: provider.kind === 'builtin',
        private: provider.private,
        off: isOff(provider),
        cost: costOf({ inputTokens, outputTokens: USUAL_OUTPUT_TOKENS }, priceOf(model, provider) ?? { input: 0, output: 0 }),
        standing: provider.kind === 'builtin' ? 'well' as const : standingOf(health, model.provider, model.id, now()),
        onTime: onTimeOf(health, model.provider, model.id),
      }];
    });
  }

  function choose(input: RouteInput): { need: number; order: Choice[]; preferred: string | null } {
    const need = needOf(input.agent?.quality ?? 1, questionOf(input).length);
    const all = candidates(input);
    const preferred = pick(all.map((entry) => ({ ...entry, standing: 'well' as const })), input.dataClass, need)[0]?.model.id ?? null;
    return { need, order: pick(all, input.dataClass, need), preferred };
  }

  async function drive(input: RouteInput, signal: AbortSignal, push: (part: RoutePart) => void): Promise<void> {
    const { order, preferred } = choose(input);
    let said = '';
    let cause: FailureKind | null = null;
    for (const choice of order) {
      if (signal.aborted) return;
      // Builtin speaks in whole sentences of the documents: it cannot continue another's.
      const partial = said.trim() === '' ? '' : said;
      if (partial !== '' && choice.builtin) continue;
      const { id: model, provider } = choice.model;
      const caller = callers.get(provider);
      if (caller === undefined) continue;
      const fallback = model !== preferred;
      let announced = partial === '';
      const announce = (): void => {
        if (announced) return;
        announced = true;
        push({ type: 'takeover', provider, model });
      };

      push({ type: 'model', provider, model, fallback, reason: cause === null ? choice.reason : `the model before failed: ${cause}` });
      happened({ type: 'started', at: now(), provider, model });
      const ask: Ask = { model: choice.model, chat: input.chat, lang: input.lang, system: input.system, messages: input.messages, snippets: input.snippets, tools: input.tools, partial, standIn: fallback };
      const { report, ended, failure, text } = await runAttempt(choice, caller.call, ask, signal, (part) => {
        announce();
        push(part);
      });
      said += text;
      if (ended === null) {
        cause = failure?.kind ?? 'other';
        happened(cause === 'cancelled'
          ? { type: 'stopped', at: now(), provider, model }
          : { type: 'failed', at: now(), provider, model, failure: cause, retryAfter: failure?.retryAfter ?? null });
        push({ type: 'attempt', attempt: report });
        if (cause === 'cancelled') return;
        options.log(`${provider}/${model} failed (${cause}): ${failure?.message ?? ''} trace=${input.traceId}`);
        continue;
      }
      announce();
      happened({ type: 'succeeded', at: now(), provider, model, firstContent: report.firstContent ?? report.total, target: options.settings.firstTokenLimit });
      happened({ type: 'answered', at: now(), fallback });
      push({ type: 'attempt', attempt: report });
      for (const call of ended.calls) push({ type: 'call', call });
      if (!choice.builtin) for (const snippet of snippetsUsed(said, input.snippets)) push({ type: 'cite', snippet });
      const price = priceOf(choice.model, providers[provider]) ?? { input: 0, output: 0 };
      push({ type: 'end', reason: ended.reason, provider, model, fallback, usage: ended.usage, cost: costOf(ended.usage, price) });
      return;
    }
    push({ type: 'fail', code: said.trim() === '' ? 'no_model_available' : 'answer_interrupted' });
  }

  function route(input: RouteInput, signal: AbortSignal): AsyncIterable<RoutePart> {
    const stop = new AbortController();
    const forward = (): void => stop.abort(signal.reason);
    const channel = createChannel<RoutePart>(start, () => stop.abort());

    function start(): void {
      running.add(stop);
      if (signal.aborted) forward();
      else signal.addEventListener('abort', forward, { once: true });
      drive(input, stop.signal, channel.push).then(
        () => finish(stop.signal.aborted ? asError(stop.signal.reason) : undefined),
        (error: unknown) => {
          options.log(`route broke: ${error instanceof Error ? error.stack ?? error.message : String(error)} trace=${input.traceId}`);
          channel.push({ type: 'fail', code: 'internal' });
          finish();
        },
      );
    }
    function finish(error?: Error): void {
      running.delete(stop);
      signal.removeEventListener('abort', forward);
      channel.close(error);
    }
    return channel;
  }

  return {
    route,
    health: () => ({ providers: viewHealth(health), fallbackSince: health.fallbackSince }),
    explain(input) {
      const { need, order } = choose(input);
      return { dataClass: input.dataClass, need, order: order.map(({ model, reason, onTime, cost }) => ({ model: model.id, reason, onTime, cost })) };
    },
    async warm() {
      await Promise.all(Object.entries(providers).filter(([, provider]) => !isOff(provider)).map(([id]) => callers.get(id)?.warm()));
    },
    close() {
      for (const stop of running) stop.abort(new Error('shutting down'));
    },
  };
}

function isOff(provider: Provider): boolean {
  return missing(provider) !== null;
}
function missing({ kind, apiKey, baseURL }: Provider): 'apiKey' | 'baseURL' | null {
  if (kind === 'openai-compatible') return baseURL === undefined ? 'baseURL' : null;
  return kind === 'builtin' || apiKey !== undefined ? null : 'apiKey';
}

/** The embedded answerer is the last resort of every installation. */
function withBuiltin(providers: Record<string, Provider>, models: Model[]): { providers: Record<string, Provider>; models: Model[] } {
  const id = Object.entries(providers).find(([, provider]) => provider.kind === 'builtin')?.[0] ?? 'builtin';
  const provider: Provider = { kind: 'builtin', private: true, timeouts: { headers: 1_000, firstContent: 1_000, silence: 1_000 } };
  const model: Model = { id, provider: id, model: 'builtin', inputPrice: 0, outputPrice: 0, quality: 1, maxConcurrent: 100_000, maxOutputTokens: 2_048 };
  return {
    providers: { ...providers, [id]: providers[id] ?? provider },
    models: models.some((entry) => entry.provider === id) ? models : [...models, model],
  };
}

function questionOf(input: RouteInput): string {
  return input.messages.findLast((message) => message.role === 'user')?.text ?? '';
}
function countCharacters(input: RouteInput): number {
  const messages = input.messages.reduce((sum, message) => sum + (message.role === 'tool' ? message.output : message.text).length, 0);
  return input.system.length + messages + input.snippets.reduce((sum, snippet) => sum + snippet.text.length, 0);
}
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('stopped');
}
