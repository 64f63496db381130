/** Which providers and models there are: the configured ones, and the embedded answerer in any case. */
import type { Model, Provider } from '../layers.ts';

export type Roster = { providers: Record<string, Provider>; models: Model[] };

/** The embedded answerer is the last resort of every installation. */
export function withBuiltin({ providers, models }: Roster): Roster {
  const id = Object.entries(providers).find(([, provider]) => provider.kind === 'builtin')?.[0] ?? 'builtin';
  const provider: Provider = { kind: 'builtin', private: true, timeouts: { headers: 1_000, firstContent: 1_000, silence: 1_000 } };
  const model: Model = { id, provider: id, model: 'builtin', inputPrice: 0, outputPrice: 0, quality: 1, maxConcurrent: 100_000, maxOutputTokens: 2_048, tools: true };
  return {
    providers: { ...providers, [id]: providers[id] ?? provider },
    models: models.some((entry) => entry.provider === id) ? models : [...models, model],
  };
}

/** The setting without which a provider cannot be asked, or null. */
export function missing({ kind, apiKey, baseURL }: Provider): 'apiKey' | 'baseURL' | null {
  if (kind === 'openai-compatible') return baseURL === undefined ? 'baseURL' : null;
  return kind === 'builtin' || apiKey !== undefined ? null : 'apiKey';
}

export function isOff(provider: Provider): boolean {
  return missing(provider) !== null;
}
