/** What tokens cost: the configuration's prices first, the published ones of @pydantic/genai-prices otherwise. */
import { calcPrice } from '@pydantic/genai-prices';
import type { Usage } from '@halfsecond/shared/wire';
import type { Model, Provider } from '../layers.ts';

/** US dollars per million tokens. */
export type Price = { input: number; output: number };

/** Null when neither the configuration nor the price list knows the model. */
export function priceOf(model: Model, provider: Provider | undefined): Price | null {
  if (provider?.kind === 'builtin') return { input: 0, output: 0 };
  if (model.inputPrice !== undefined && model.outputPrice !== undefined) return { input: model.inputPrice, output: model.outputPrice };
  const input = model.inputPrice ?? published(model, provider, { input_tokens: 1_000_000, output_tokens: 0 });
  const output = model.outputPrice ?? published(model, provider, { input_tokens: 0, output_tokens: 1_000_000 });
  return input === null || output === null ? null : { input, output };
}

/** How many tokens question and answer may have together, as published; null when nobody knows. */
export function contextOf(model: Model, provider: Provider | undefined): number | null {
  return find(model, provider, { input_tokens: 1, output_tokens: 0 })?.model.context_window ?? null;
}

/** Cost of an answer in US dollars. */
export function costOf(usage: Usage, price: Price): number {
  return (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000;
}

/** One sentence for each model that would be called at an unknown price; empty when all is well. */
export function checkModels(models: Model[], providers: Record<string, Provider>): string[] {
  return models.flatMap((model, at) => (priceOf(model, providers[model.provider]) === null
    ? [`models[${at}] ("${model.id}"): the price of "${model.model}" is not known: expected inputPrice and outputPrice in US dollars per million tokens.`]
    : []));
}

function published(model: Model, provider: Provider | undefined, usage: { input_tokens: number; output_tokens: number }): number | null {
  return find(model, provider, usage)?.total_price ?? null;
}

function find(model: Model, provider: Provider | undefined, usage: { input_tokens: number; output_tokens: number }) {
  const known = provider?.kind === 'openai' || provider?.kind === 'anthropic' ? { providerId: provider.kind } : {};
  return calcPrice(usage, model.model, known);
}
