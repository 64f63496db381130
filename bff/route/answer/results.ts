/** What tools found, in words: search results become passages, a status becomes sentences, the rest short facts. Pure. */
import type { RouteMessage, Snippet, ToolDefinition } from '../../layers.ts';
import { isObject, number, object, string, type Json } from '../json.ts';
import type { Phrases } from './languages.ts';

/** `passages` can be searched for the answer; `words` are Markdown that says the result as it is. */
export type Worked = { passages: Snippet[]; words: string[] };
type ToolMessage = Extract<RouteMessage, { role: 'tool' }>;

const MAX_WORDS = 600;
const MAX_FACTS = 6;

/** Works through the results of a turn in their order. */
export function workResults(results: ToolMessage[], tools: ToolDefinition[], phrases: Phrases): Worked {
  const worked: Worked = { passages: [], words: [] };
  for (const result of results) {
    const title = tools.find((tool) => tool.name === result.name)?.title ?? result.name;
    const output = parse(result.output);
    const found = foundIn(output);
    if (result.failed) worked.words.push(phrases.toolFailed(title));
    else if (found !== null) worked.passages.push(...found.map((entry, at) => passageOf(entry, `${result.callId}#${at}`, at)).filter((passage) => passage.text !== ''));
    else if (isObject(output) && 'indicator' in output) worked.words.push(statusWords(output, phrases));
    else if (isObject(output)) worked.words.push(factWords(output) || phrases.toolEmpty(title));
    else worked.words.push(String(output ?? '').trim().slice(0, MAX_WORDS) || phrases.toolEmpty(title));
  }
  return worked;
}

/** Search results: a list of things that hold text, bare or under a usual name. */
function foundIn(output: unknown): Json[] | null {
  const list: unknown = Array.isArray(output) ? output : isObject(output) ? ['results', 'documents', 'snippets', 'items', 'hits'].map((key) => output[key]).find(Array.isArray) : null;
  if (!Array.isArray(list)) return null;
  const entries = list.filter(isObject);
  return entries.length === list.length && entries.every((entry) => textOf(entry) !== '') ? entries : null;
}

function textOf(entry: Json): string {
  return string(entry, 'text') || string(entry, 'content') || string(entry, 'snippet');
}

function passageOf(entry: Json, fallbackId: string, rank: number): Snippet {
  const text = textOf(entry);
  const id = string(entry, 'id') || fallbackId;
  return {
    id,
    text,
    score: Math.min(1, number(entry, 'score') || Math.max(0.3, 0.8 - 0.1 * rank)),
    tokens: Math.ceil(text.length / 4),
    at: null,
    source: {
      kind: 'knowledge',
      document: id.split('#')[0] ?? id,
      title: string(entry, 'title') || id,
      heading: string(entry, 'heading') || null,
      url: string(entry, 'url') || null,
    },
  };
}

/** A status in Statuspage's words: the headline, then what is troubled, each model and the queue, where they are known. */
function statusWords(status: Json, phrases: Phrases): string {
  const headline = (string(status, 'description') || string(status, 'indicator')).replace(/([^.!?])$/, '$1.');
  const troubled = (Array.isArray(status['components']) ? status['components'] : []).filter(isObject)
    .filter((component) => string(component, 'status') !== 'operational').slice(0, MAX_FACTS)
    .map((component) => `- ${string(component, 'name')}: ${string(component, 'status').replaceAll('_', ' ')}`);
  const models = (Array.isArray(status['models']) ? status['models'] : []).filter(isObject).slice(0, MAX_FACTS).map((model) => {
    const p50 = number(model, 'firstTokenP50') || number(object(model, 'firstToken'), 'p50');
    const facts = [string(model, 'state').replaceAll('_', ' '), p50 > 0 ? `${phrases.firstToken} ${Math.round(p50)} ms` : ''].filter(Boolean);
    return `- ${string(model, 'id') || string(model, 'name')}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
  });
  const queue = object(status, 'queue');
  const waiting = typeof queue['depth'] === 'number' ? phrases.waiting(queue['depth']) : '';
  return [[headline, waiting].filter(Boolean).join(' '), [...troubled, ...models].join('\n')].filter(Boolean).join('\n\n');
}

/** The plain fields of any other object. */
function factWords(output: Json): string {
  const plain = Object.entries(output).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '');
  const [only] = plain;
  if (plain.length === 1 && typeof only?.[1] === 'string') return only[1].slice(0, MAX_WORDS);
  return plain.slice(0, MAX_FACTS).map(([key, value]) => `- ${key.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase()}: ${String(value).slice(0, MAX_WORDS)}`).join('\n');
}

function parse(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    // Tools may answer in plain text.
    return output;
  }
}
