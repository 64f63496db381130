/** Turns the messages that the server has stored into the transcript's own. */
import { isRecord } from '../stream/requests.ts';
import { blankMessage, type Message, type MessageState } from '../stream/transcript.ts';
import type { FinishMetadata } from '@halfsecond/shared/wire';

/** Messages that cannot be read are left out. */
export function restoreMessages(stored: unknown[]): Message[] {
  return stored.map(restoreMessage).filter((message) => message !== null);
}

function restoreMessage(value: unknown): Message | null {
  if (!isRecord(value) || typeof value['id'] !== 'string' || !Array.isArray(value['parts'])) return null;
  const { id, role } = value;
  if (role !== 'user' && role !== 'assistant') return null;
  const message = blankMessage(id as string, role, 'done');
  for (const [at, part] of value['parts'].entries()) {
    if (!isRecord(part)) continue;
    if (part['type'] === 'text' && typeof part['text'] === 'string') {
      message.parts.push({ type: 'text', id: `stored:${at}`, text: part['text'], done: true });
    } else if (part['state'] === 'approval-requested' && isRecord(part['approval'])) {
      const [name, title] = [String(part['type']).replace(/^tool-/, ''), part['title']];
      message.parts.push({ type: 'tool', id: String(part['toolCallId']), name, title: typeof title === 'string' ? title : null, input: part['input'] ?? null, approval: String(part['approval']['id']), state: 'approval', startedAt: 0, ms: null, note: '' });
    } else if (part['type'] === 'source-url' || part['type'] === 'source-document') {
      const url = typeof part['url'] === 'string' ? part['url'] : null;
      const source = String(part['sourceId'] ?? url ?? at);
      message.sources.push({ id: source, url, title: String(part['title'] ?? part['filename'] ?? url ?? source) });
    }
  }
  const meta = isRecord(value['metadata']) ? value['metadata'] : {};
  message.state = STATES[String(meta['state'])] ?? 'done';
  if (message.state === 'failed') message.error = typeof meta['code'] === 'string' ? meta['code'] : 'other';
  // The store keeps why, as a code; the sentence for the visitor went out with the stream.
  if (typeof meta['handoff'] === 'string') message.handoff = { reason: '' };
  if (typeof meta['traceId'] === 'string') message.traceId = meta['traceId'];
  if (typeof meta['provider'] === 'string') message.finish = meta as FinishMetadata;
  return message;
}

/** How the server says that an answer did not come to its end. */
const STATES: Record<string, MessageState> = { stopped: 'stopped', interrupted: 'truncated', failed: 'failed', error: 'failed' };
