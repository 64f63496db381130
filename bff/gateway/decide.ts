/** The visitor's word on tool calls, as the AI SDK sends it: the answer comes back with parts in state `approval-responded`. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import type { ChatRequest } from '@halfsecond/shared/wire';
import type { Owner, Resumed, Said } from '../layers.ts';
import type { Conversations, StoredMessage } from '../store/conversations.ts';
import { Refusal } from './guard.ts';

const decided = z.object({
  toolCallId: z.string(),
  state: z.literal('approval-responded'),
  input: z.optional(z.unknown()),
  approval: z.object({ id: z.string(), approved: z.boolean() }),
});
const answer = z.object({ id: z.optional(z.string()), role: z.literal('assistant'), parts: z.array(z.unknown()) });

/** `answer` is the message that goes on; `question` what it answers; `recent` what was said before. */
export type Decided = { answer: string; question: StoredMessage; recent: Said[]; resume: Resumed };

/**
 * Null when the newest message of the request decides nothing. What is called, and with which arguments, comes from the
 * store; the request only says yes or no. Throws a 409 for ids that were not given out for this answer, or used.
 */
export function decisionIn(body: ChatRequest, conversations: Pick<Conversations, 'read'>, owner: Owner): Decided | null {
  const message = answer.safeParse(body.messages.at(-1));
  if (!message.success || body.trigger === 'regenerate-message') return null;
  const words = message.data.parts.map((part) => decided.safeParse(part)).flatMap(({ data }) => (data ? [data] : []));
  if (words.length === 0) return null;
  const messages = conversations.read(owner)?.messages ?? [];
  const stored = messages.at(-1);
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const question = messages[asked];
  const waiting = stored?.extra.waiting;
  // Earlier parts of a long answer may have been decided before: only those that wait are looked at.
  const open = words.filter(({ approval }) => waiting?.calls.some((call) => call.approval === approval.id));
  if (!stored || !question || !waiting || open.length === 0) throw new Refusal(409, 'approval_gone', 'This has been decided already, or is not asked any more.');
  for (const { toolCallId, input, approval } of open) {
    const { call } = waiting.calls.find((entry) => entry.approval === approval.id) ?? {};
    if (call?.id !== toolCallId || (input !== undefined && !isDeepStrictEqual(input, call.input))) {
      throw new Refusal(409, 'approval_invalid', 'This approval is for another call.');
    }
  }
  const granted = open.filter(({ approval }) => approval.approved).map(({ toolCallId }) => toolCallId);
  const recent = messages.slice(0, asked).filter(({ text }) => text !== '').map(({ role, text }) => ({ role, text }));
  return { answer: stored.id, question, recent, resume: { waiting, granted, text: stored.text, sources: stored.extra.sources ?? [] } };
}
