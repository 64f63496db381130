/**
 * The router: which providers there are, what is believed of them, and the order of models for a question. How a
 * step then runs is in drive.ts; when which model is asked, in race.ts.
 */
import type { DataClass, Model, Provider, Route, RouteHealth, RouteInput, RouteSettings } from '../layers.ts';
import { drive, leave } from './drive.ts';
import { createHealth, foldHealth, standingOf, timesOf, viewHealth, type Standing } from './health.ts';
import { needOf, pick, type Candidate, type Choice } from './pick.ts';
import { createPlaces } from './places.ts';
import { contextOf, costOf, priceOf, type Price } from './prices.ts';
import { createProbes } from './probe.ts';
import type { Caller, CreateCaller } from './provider.ts';
import { createAnthropic } from './providers/anthropic.ts';
import { createBuiltin } from './providers/builtin.ts';
import { createCompatible } from './providers/compatible.ts';
import { createOpenAI } from './providers/openai.ts';
import { PURSE_START } from './race.ts';
import { isOff, missing, withBuiltin } from './roster.ts';
import { classOfInput } from './sensitive.ts';
import { chance, quantile, unknown, weightOf } from './sketch.ts';
import { tokensAtMost, unlimited, withinBudget, worstCost, type Spend } from './spend.ts';
import type { Plan, Table } from './table.ts';
import { createTransport } from './transport.ts';
import { behindWall, isWalled } from './wall.ts';

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
/**
 * `onTime`: chance of a first token within `firstTokenLimit`, null when unknown. `cost`: expected, in US dollars.
 * `usual`: half of the first tokens and of the answers came within these times lately (ms), null when unknown.
 */
export type Explained = {
  dataClass: DataClass;
  need: number;
  order: { model: string; reason: string; onTime: number | null; cost: number; usual: { firstToken: number | null; reply: number | null } }[];
};
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
  const prices = new Map(models.map((model) => [model.id, priceOf(model, providers[model.provider])]));
  const contexts = new Map(models.map((model) => [model.id, contextOf(model, providers[model.provider]) ?? Infinity]));
  const { settings } = options;
  let health = createHealth(Object.entries(providers).map(([id, provider]) => ({ id, kind: provider.kind, off: isOff(provider) })), now());
  for (const [id, provider] of Object.entries(providers)) if (isOff(provider)) options.log(`provider ${id} is off: ${missing(provider)} is not set`);

  const table: Table = {
    settings, places, spend, standing, plan, wait: options.wait, log: options.log, now: options.now, purse: PURSE_START, drives: new Set(),
    priceOf: priceFor,
    callOf: ({ provider }) => callers.get(provider)?.call ?? unheard(provider),
    happened: (event) => {
      health = foldHealth(health, event);
    },
  };
  const probed = models.filter(({ id, provider: name }) => {
    const provider = providers[name];
    return provider !== undefined && provider.kind !== 'builtin' && !isOff(provider) && prices.get(id) !== null;
  });
  const probes = createProbes(probed, table, () => health, now);

  function standing({ id, provider }: Model): Standing {
    return providers[provider]?.kind === 'builtin' ? 'well' : standingOf(health, provider, id, now());
  }

  function candidates(input: RouteInput): Candidate[] {
    const inputTokens = countCharacters(input) / CHARS_PER_TOKEN;
    return models.flatMap((model) => {
      const provider = providers[model.provider];
      if (provider === undefined || (input.only !== undefined && input.only !== model.id)) return [];
      return [{
        model,
        builtin: provider.kind === 'builtin',
        private: provider.private,
        off: isOff(provider),
        fits: inputTokens + model.maxOutputTokens <= (contexts.get(model.id) ?? Infinity),
        able: model.tools || input.tools.length === 0,
        cost: costOf({ inputTokens, outputTokens: USUAL_OUTPUT_TOKENS }, priceFor(model)),
        standing: standing(model),
        first: timesOf(health, model.provider, model.id).first,
      }];
    });
  }

  /** The step with the data class that its texts need: every way to a model leads through here. */
  function raised(input: RouteInput): RouteInput {
    const dataClass = classOfInput(input, (error) => options.log(`the search for private data broke, the step counts as regulated: ${String(error)} trace=${input.traceId}`));
    return dataClass === input.dataClass ? input : { ...input, dataClass };
  }

  function priceFor(model: Model): Price {
    return prices.get(model.id) ?? { input: 0, output: 0 };
  }

  function choose(input: RouteInput): Pick<Plan, 'tokens' | 'order' | 'preferred'> & { need: number; passed: Choice[] } {
    const need = needOf(input.agent?.quality ?? 1, questionOf(input).length);
    const all = candidates(input);
    // Who buys speed judges by the target, everybody else by what still reads as working.
    const within = settings.extraCalls >= 1 ? settings.firstTokenTarget : settings.firstTokenLimit;
    const wish = { dataClass: isWalled(input.dataClass, settings) ? 'regulated' as const : input.dataClass, need, within, now: now() };
    const preferred = pick(all.map((entry) => ({ ...entry, standing: 'well' as const, first: unknown })), wish)[0]?.model.id ?? null;
    const tokens = tokensAtMost(input);
    return { need, preferred, tokens, ...withinBudget(pick(all, wish), spend.left(), ({ model }) => worstCost(tokens, model, priceFor(model))) };
  }

  function plan(given: RouteInput): Plan {
    const input = raised(given);
    const { tokens, order, passed, preferred } = choose(input);
    for (const _ of passed) spend.passed();
    probes.wanted();
    const handoff = isWalled(input.dataClass, settings) && models.some((model) => providers[model.provider]?.kind !== 'builtin') ? 'private' : null;
    return { input, tokens, order, preferred, handoff, callOf: behindWall(table.callOf, input.dataClass, settings, providers) };
  }

  function explainChoice({ model, reason, cost }: Choice): Explained['order'][number] {
    const { first, reply } = timesOf(health, model.provider, model.id);
    const at = now();
    const onTime = weightOf(first, at) > 0 ? chance(first, settings.firstTokenLimit, at) : null;
    return { model: model.id, reason, onTime, cost, usual: { firstToken: quantile(first, 0.5, at), reply: quantile(reply, 0.5, at) } };
  }

  return {
    route: (input, signal) => drive(input, table, signal),
    health: () => ({ providers: viewHealth(health), fallbackSince: health.fallbackSince }),
    inFlight: places.inFlight,
    explain(given) {
      const input = raised(given);
      const { need, order } = choose(input);
      const [lead, ...others] = order.map(explainChoice);
      if (lead === undefined) return { dataClass: input.dataClass, need, order: [] };
      const second = secondCall(order.filter(({ builtin }) => !builtin).length, settings.extraCalls);
      return { dataClass: input.dataClass, need, order: [{ ...lead, reason: lead.reason + second }, ...others] };
    },
    async warm() {
      await Promise.all(Object.entries(providers).filter(([, provider]) => !isOff(provider)).map(([id]) => callers.get(id)?.warm()));
    },
    close() {
      probes.close();
      for (const running of table.drives) leave(running, new Error('shutting down'));
      transport.close();
    },
  };
}

function questionOf(input: RouteInput): string {
  return input.messages.findLast((message) => message.role === 'user')?.text ?? '';
}
/** What is to be known of a turn's calls beside the order: each of them is paid. */
function secondCall(models: number, extraCalls: number): string {
  if (models === 0 || extraCalls === 0) return '';
  if (extraCalls >= 1) return `; asked beside the quickest from the start, ${1 + Math.floor(extraCalls)} calls to pay`;
  return models === 1 ? '; nobody else to ask: when it is late it is asked a second time, and both calls are paid' : '';
}
function countCharacters(input: RouteInput): number {
  const messages = input.messages.reduce((sum, message) => sum + (message.role === 'tool' ? message.output : message.text).length, 0);
  return input.system.length + messages + input.snippets.reduce((sum, snippet) => sum + snippet.text.length, 0);
}
function unheard(provider: string): never {
  throw new Error(`no way to provider ${provider}`);
}
