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

/**
 * A call's arguments: parsed, or the raw text when a model wrote no JSON. No text at all means no arguments. What is
 * broken in a way that leaves no doubt is read all the same; nothing is closed that was left open, it may be cut.
 */
export function parseArguments(text: string): unknown {
  if (text.trim() === '') return {};
  for (const version of [text, unwrapped(text)]) {
    try {
      const value: unknown = JSON.parse(version);
      // Some models write JSON into a string of JSON.
      return typeof value === 'string' && value.trim().startsWith('{') ? JSON.parse(value) : value;
    } catch {
      continue; // the raw text is the documented form of unreadable arguments: see `Ended`
    }
  }
  return text;
}

/** Without the fence of a code block around it and commas before closing brackets. */
function unwrapped(text: string): string {
  const bare = text.trim().replace(/^```\w*\s*|\s*```$/g, '');
  return bare.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? '' : found));
}

/** The way back, for protocols that carry arguments as text. Servers that read it want an object, whatever the model wrote. */
export function writeArguments(input: unknown): string {
  return JSON.stringify(isObject(input) ? input : { unreadable: input ?? null });
}
