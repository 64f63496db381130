/** Reading foreign JSON leniently: only the fields that are used, never a throw over a shape. */
import { ProviderFailure } from './failure.ts';

export type Json = Record<string, unknown>;

/** The data of one event as an object; anything else is a provider that talks nonsense. */
export function parseEvent(data: string): Json {
  try {
    const value: unknown = JSON.parse(data);
    if (isObject(value)) return value;
  } catch (error) {
    throw new ProviderFailure('protocol', `malformed JSON in the stream: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new ProviderFailure('protocol', 'an event that is no JSON object');
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** The object under `key`, or an empty one. */
export function object(from: Json, key: string): Json {
  const value = from[key];
  return isObject(value) ? value : {};
}
/** The string under `key`, or ''. */
export function string(from: Json, key: string): string {
  const value = from[key];
  return typeof value === 'string' ? value : '';
}
/** The finite number under `key`, or 0. */
export function number(from: Json, key: string): number {
  const value = from[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** A call's arguments: parsed, or the raw text when a model wrote no JSON. No text at all means no arguments. */
export function parseArguments(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // The raw text is the documented form of unreadable arguments: see `Ended`.
    return text;
  }
}
/** The way back, for protocols that carry arguments as text. */
export function writeArguments(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {});
}
