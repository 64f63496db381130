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
import { createHealth, foldHealth, onTimeOf, standingOf, viewHealth, type HealthEvent, type Standing } from './health.ts';
import { needOf, pick, type Candidate, type Choice } from './pick.ts';
import { createPlaces } from './places.ts';
import { costOf, priceOf, type Price } from './prices.ts';
import type { Caller, CreateCaller } from './provider.ts';
import { createAnthropic } from './providers/anthropic.ts';
import { createBuiltin } from './providers/builtin.ts';
import { createCompatible } from './providers/compatible.ts';
import { createOpenAI } from './providers/openai.ts';
import { gather } from './shape.ts';
import { isOff, missing, withBuiltin } from './roster.ts';
import { classOfInput } from './sensitive.ts';
import { BUDGET_REASON, realCost, tokensAtMost, unlimited, withinBudget, worstCost, type Spend } from './spend.ts';
import { createTransport } from './transport.ts';

export type RouteOptions = {
  providers: Record<string, Provider>;
  models: Model[];
  settings: RouteSettings;
  /** How long a step waits for a model when all that could answer are at their limit (ms). */
  wait: number;
  /** The daily budget; without it there is none. */
  spend?: Spend;
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
  /** Calls that run now, by model id. */
  inFlight(): Record<string, number>;
  /** Loads the SDKs of the usable providers, so that the first visitor does not wait for them. */
  warm(): Promise<void>;
  /** Stops what still runs. */
  close(): void;
};

const create: Record<Provider['kind'], CreateCaller> = { openai: createOpenAI, anthropic: createAnthropic, 'openai-compatible': createCompatible, builtin: createBuiltin };
/** Answers are mostly this long; only the comparison between models rests on it. */
const USUAL_OUTPUT_TOKENS = 250;
const CHARS_PER_TOKEN = 4;

/** Builds the router. A provider whose key or address is missing is off; builtin is there even when nobody configured it. */
export function createRoute(options: RouteOptions): Router {
  const now = options.now ?? Date.now;
  const spend = options.spend ?? unlimited;
  const { providers, models } = withBuiltin(options);
  const transport = createTransport();
  const callers = new Map<string, Caller>(Object.entries(providers).map(([id, provider]) => [id, create[provider.kind](provider, transport)]));
  const places = createPlaces(new Map(models.map((model) => [model.id, model.maxConcurrent])));
  const running = new Set<AbortController>();
  let health = createHealth(Object.entries(providers).map(([id, provider]) => ({ id, kind: provider.kind, off: isOff(provider) })), now());
  for (const [id, provider] of Object.entries(providers)) if (isOff(provider)) options.log(`provider ${id} is off: ${missing(provider)} is not set`);

  function happened(event: HealthEvent): void {
    health = foldHealth(health, event);
  }

  function standing({ id, provider }: Model): Standing {
    return providers[provider]?.kind === 'builtin' ? 'well' : standingOf(health, provider, id, now());
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
        cost: costOf({ inputTokens, outputTokens: USUAL_OUTPUT_TOKENS }, priceFor(model)),
        standing: standing(model),
        onTime: onTimeOf(health, model.provider, model.id),
      }];
    });
  }

  /** The step with the data class that its texts need: every way to a model leads through here. */
  function raised(input: RouteInput): RouteInput {
    const dataClass = classOfInput(input, (error) => options.log(`the search for private data broke, the step counts as regulated: ${String(error)} trace=${input.traceId}`));
    return dataClass === input.dataClass ? input : { ...input, dataClass };
  }

  function priceFor(model: Model): Price {
    return priceOf(model, providers[model.provider]) ?? { input: 0, output: 0 };
  }

  /** Whether what is in a step of this class may be read by private providers only. */
  function isWalled(dataClass: DataClass): boolean {
    return dataClass === 'regulated' || (dataClass === 'internal' && options.settings.internal === 'private');
  }

  function choose(input: RouteInput): { need: number; order: Choice[]; passed: Choice[]; preferred: string | null } {
    const need = needOf(input.agent?.quality ?? 1, questionOf(input).length);
    const all = candidates(input);
    const dataClass = isWalled(input.dataClass) ? 'regulated' : input.dataClass;
    const preferred = pick(all.map((entry) => ({ ...entry, standing: 'well' as const })), dataClass, need)[0]?.model.id ?? null;
    const tokens = tokensAtMost(input);
    return { need, preferred, ...withinBudget(pick(all, dataClass, need), spend.left(), ({ model }) => worstCost(tokens, model, priceFor(model))) };
  }

  /**
   * One model after the other. A model at its limit is passed over; when all that could answer are, the step waits
   * in line. Builtin is no relief for that: it stands in for models that fail, not for models that are busy.
   */
  async function drive(given: RouteInput, signal: AbortSignal, push: (part: RoutePart) => void): Promise<void> {
    const input = raised(given);
    if (input.dataClass !== given.dataClass) push({ type: 'class', dataClass: input.dataClass });
    const { order, passed, preferred } = choose(input);
    for (const _ of passed) spend.passed();
    const deadline = performance.now() + options.wait;
    let left = order;
    let said = '';
    let cause: FailureKind | 'budget' | null = null;
    while (left.length > 0 && !signal.aborted) {
      const models = left.filter((entry) => !entry.builtin);
      // Builtin speaks in whole sentences of the documents: it cannot continue another's.
      const able = models.length > 0 ? models : said.trim() === '' ? left : [];
      if (able.length === 0) break;
      const ids = able.map((entry) => entry.model.id);
      const taken = places.take(ids) ?? await places.wait(ids, deadline, signal, (position) => push({ type: 'waiting', position }));
      if (taken === null && signal.aborted) return;
      if (taken === null && cause === null) return push({ type: 'fail', code: 'queue_timeout' });
      if (taken === null) {
        left = left.filter((entry) => !able.includes(entry));
        continue;
      }
      try {
        const choice = able.find((entry) => entry.model.id === taken.model);
        left = left.filter((entry) => entry !== choice);
        // It may have fallen ill while this turn stood in line.
        if (choice === undefined || standing(choice.model) === 'resting') continue;
        const reason = cause === 'budget' ? BUDGET_REASON : cause !== null ? `the model before failed: ${cause}` : choice === able[0] ? choice.reason : `${ids[0]} is at its limit`;
        const tried = await attempt(choice, reason, choice.model.id !== preferred, said, input, signal, push);
        said += tried.text;
        cause = tried.cause;
        if (cause === null || cause === 'cancelled') return;
      } finally {
        taken.leave();
      }
    }
    push({ type: 'fail', code: said.trim() === '' ? 'no_model_available' : 'answer_interrupted' });
  }

  /** Asks one model; `cause` is null when it gave a whole answer, which then has been pushed to its end. */
  async function attempt(
    choice: Choice, reason: string, fallback: boolean, said: string, input: RouteInput, signal: AbortSignal, push: (part: RoutePart) => void,
  ): Promise<{ text: string; cause: FailureKind | 'budget' | null }> {
    const { id: model, provider } = choice.model;
    const caller = callers.get(provider);
    if (caller === undefined) return { text: '', cause: 'other' };
    // The order never holds such a choice; should it ever, the turn breaks instead of the promise.
    if (isWalled(input.dataClass) && providers[provider]?.private !== true && !choice.builtin) throw new Error(`${input.dataClass} text may not go to ${provider}`);
    const price = priceFor(choice.model);
    const tokens = tokensAtMost(input);
    const settle = spend.reserve(worstCost(tokens, choice.model, price));
    if (settle === null) {
      spend.passed();
      return { text: '', cause: 'budget' };
    }
    const partial = said.trim() === '' ? '' : said;
    let announced = partial === '';
    const announce = (): void => {
      if (announced) return;
      announced = true;
      push({ type: 'takeover', provider, model });
    };

    push({ type: 'model', provider, model, fallback, reason });
    happened({ type: 'started', at: now(), provider, model });
    const { chat, lang, system, messages, snippets, tools } = input;
    const attempted = await runAttempt(choice, caller.call, { model: choice.model, chat, lang, system, messages, snippets, tools, partial, standIn: fallback }, signal, (part) => {
      announce();
      push(part);
    });
    settle(realCost(attempted, tokens, price));
    const { report, ended, failure, text } = attempted;
    if (ended === null) {
      const cause = failure?.kind ?? 'other';
      happened(cause === 'cancelled'
        ? { type: 'stopped', at: now(), provider, model }
        : { type: 'failed', at: now(), provider, model, failure: cause, retryAfter: failure?.retryAfter ?? null });
      push({ type: 'attempt', attempt: report });
      if (cause !== 'cancelled') options.log(`${provider}/${model} failed (${cause}): ${failure?.message ?? ''} trace=${input.traceId}`);
      return { text, cause };
    }
    announce();
    happened({ type: 'succeeded', at: now(), provider, model, firstContent: report.firstContent ?? report.total, target: options.settings.firstTokenLimit });
    happened({ type: 'answered', at: now(), fallback });
    push({ type: 'attempt', attempt: report });
    for (const call of ended.calls) push({ type: 'call', call });
    if (!choice.builtin) for (const snippet of snippetsUsed(said + text, snippets)) push({ type: 'cite', snippet });
    if (isWalled(input.dataClass) && choice.builtin && models.some((model) => providers[model.provider]?.kind !== 'builtin')) push({ type: 'handoff', reason: 'private' });
    push({ type: 'end', reason: ended.reason, provider, model, fallback, usage: ended.usage, cost: costOf(ended.usage, price) });
    return { text, cause: null };
  }

  function route(input: RouteInput, signal: AbortSignal): AsyncIterable<RoutePart> {
    const stop = new AbortController();
    const forward = (): void => stop.abort(signal.reason);
    const channel = gather(createChannel<RoutePart>(start, () => stop.abort()));

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
    inFlight: places.inFlight,
    explain(given) {
      const input = raised(given);
      const { need, order } = choose(input);
      return { dataClass: input.dataClass, need, order: order.map(({ model, reason, onTime, cost }) => ({ model: model.id, reason, onTime, cost })) };
    },
    async warm() {
      await Promise.all(Object.entries(providers).filter(([, provider]) => !isOff(provider)).map(([id]) => callers.get(id)?.warm()));
    },
    close() {
      for (const stop of running) stop.abort(new Error('shutting down'));
      transport.close();
    },
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
