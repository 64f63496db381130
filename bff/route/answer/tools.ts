/** Which tools the builtin answerer calls, by rule: it is no language model and cannot reason about them. Pure. */
import type { ToolCall, ToolDefinition } from '../../layers.ts';
import { isObject, object, type Json } from '../json.ts';
import type { Reader } from './reader.ts';

/** Search tools bound their queries (characters). */
const QUERY_MAX = 400;

/** Calls for the tools whose triggers stand in the question, each at most once in a turn. */
export function triggeredCalls(question: string, tools: ToolDefinition[], called: Set<string>, { allWords, stem }: Reader): ToolCall[] {
  const stemmed = (text: string): string => ` ${allWords(text).map(stem).join(' ')} `;
  const stems = stemmed(question);
  return tools
    .filter((tool) => !called.has(tool.name) && tool.triggers.some((trigger) => stems.includes(stemmed(trigger))))
    .flatMap((tool) => callOf(tool, question));
}

/** A call for each tool that searches: when the given passages do not answer, these may, with other words for the same. */
export function searchCalls(question: string, tools: ToolDefinition[], called: Set<string>, reader: Reader): ToolCall[] {
  return tools.filter((tool) => !called.has(tool.name) && /search|find|lookup/i.test(tool.name) && queryField(tool) !== null).flatMap((tool) => callOf(tool, [question, ...reader.alike(reader.contentWords(question))].join(' ').slice(0, QUERY_MAX)));
}

/** Nothing when the tool requires what a question cannot give. */
function callOf(tool: ToolDefinition, question: string): ToolCall[] {
  const field = queryField(tool);
  const required = Array.isArray(tool.inputSchema['required']) ? tool.inputSchema['required'] : [];
  if (required.some((name) => name !== field)) return [];
  return [{ id: `builtin_${crypto.randomUUID()}`, name: tool.name, input: field === null ? {} : { [field]: question } }];
}

/** The field that takes the question: one called so, or the only required text. */
function queryField(tool: ToolDefinition): string | null {
  const properties: Json = object(tool.inputSchema, 'properties');
  const texts = Object.keys(properties).filter((name) => isObject(properties[name]) && object(properties, name)['type'] === 'string');
  const usual = ['query', 'question', 'q', 'text', 'search'].find((name) => texts.includes(name));
  if (usual !== undefined) return usual;
  const required = Array.isArray(tool.inputSchema['required']) ? tool.inputSchema['required'] : [];
  const [only] = required;
  return required.length === 1 && typeof only === 'string' && texts.includes(only) ? only : null;
}
