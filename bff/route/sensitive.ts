/**
 * What a text holds that may not go everywhere. Detection only ever raises a data class: a class that the
 * configuration or the conversation has is never lowered by what is not found. Pure, and linear in the text.
 */
import { highest } from '../layers.ts';
import type { DataClass, RouteInput } from '../layers.ts';
import { findCards, findIbans } from './sensitive/accounts.ts';
import { findContacts } from './sensitive/contacts.ts';
import { findIds } from './sensitive/ids.ts';
import { plain, runsOf } from './sensitive/runs.ts';
import { findSecrets } from './sensitive/secrets.ts';

/** The class that each finding raises a text to. */
export const RAISES = {
  card: 'regulated',
  iban: 'regulated',
  /** National, tax, social security and passport numbers. */
  'national-id': 'regulated',
  /** Numbers of health insurances and patients. */
  health: 'regulated',
  'api-key': 'regulated',
  'private-key': 'regulated',
  token: 'regulated',
  password: 'regulated',
  email: 'internal',
  phone: 'internal',
} as const satisfies Record<string, DataClass>;
export type Finding = keyof typeof RAISES;

/** A text longer than this is not read to its end but taken for regulated (characters). */
const READ_MAX = 1_000_000;

/** The last text that was read: the gateway and the router read each message one after the other. */
let last: { text: string; found: ReadonlySet<Finding> } | null = null;

/** Everything that is found, each kind once. */
export function detect(text: string): ReadonlySet<Finding> {
  if (last?.text === text) return last.found;
  const found = search(text);
  last = { text, found };
  return found;
}

function search(text: string): Set<Finding> {
  const found = new Set<Finding>();
  const read = plain(text);
  const runs = runsOf(read);
  if (findCards(read, runs)) found.add('card');
  if (findIbans(read)) found.add('iban');
  for (const kind of findIds(read, runs)) found.add(kind);
  for (const kind of findSecrets(read)) found.add(kind);
  for (const kind of findContacts(read)) found.add(kind);
  return found;
}

/**
 * The class that these texts need together. Fails closed: what is too long to be read, or breaks the reading, is
 * regulated; `broke` hears of the latter.
 */
export function classOf(texts: string[], broke: (error: unknown) => void, find: (text: string) => Iterable<Finding> = detect): DataClass {
  try {
    if (texts.reduce((sum, text) => sum + text.length, 0) > READ_MAX) return 'regulated';
    return highest(...texts.flatMap((text) => Array.from(find(text), (kind) => RAISES[kind])));
  } catch (error) {
    broke(error);
    return 'regulated';
  }
}

/** The class of a step: the one it comes with, raised by all that a model would be given. Instructions are the operator's own and are not read. */
export function classOfInput(input: RouteInput, broke: (error: unknown) => void): DataClass {
  if (input.dataClass === 'regulated') return 'regulated';
  const own = input.messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  const others = input.messages.flatMap((message) => {
    if (message.role === 'user') return [];
    return message.role === 'tool' ? [message.output] : [message.text, ...message.calls.map((call) => JSON.stringify(call.input) ?? '')];
  });
  // What a visitor says in two messages is read as one as well: half a card number in each is a card number.
  const joined = own.length > 1 ? [own.join(' ')] : [];
  const texts = [...own, ...joined, ...others, ...input.snippets.map((snippet) => snippet.text)];
  return highest(input.dataClass, ...input.snippets.map((snippet) => snippet.dataClass ?? 'public'), classOf(texts, broke));
}
