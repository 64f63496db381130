/** What every client may rely on, as one check: it reads a received stream, of whatever transport, and lists its faults. */
import { streamEvent } from '@halfsecond/shared/wire';
import type { StreamEvent } from '@halfsecond/shared/wire';

/** One event as it came: `id` as on the wire, `data` its text, `at` its arrival (ms). */
export type Seen = { id: string | undefined; data: string; at: number };
/** What is known of the answer from elsewhere: its text from the store, its tools from the configuration. */
export type Truth = { text: string; tools: string[] };

const ENDINGS = ['finish', 'error', 'abort'];

/** Empty when the stream is as the contract says. */
export function conformance(seen: Seen[], truth: Truth): string[] {
  const faults: string[] = [];
  const events: StreamEvent[] = [];
  for (const { data } of seen.slice(0, -1)) {
    const parsed = streamEvent.safeParse(data === '[DONE]' ? null : JSON.parse(data));
    if (parsed.success) events.push(parsed.data);
    else faults.push(`not an event of the wire: ${data}`);
  }
  const ids = seen.map(({ id }) => Number(id ?? Number.NaN));
  if (!ids.every((id, at) => Number.isSafeInteger(id) && (at === 0 || id > (ids[at - 1] ?? Infinity)))) faults.push('ids do not grow');
  if (seen.at(-1)?.data !== '[DONE]') faults.push('no [DONE] at the end');
  const endings = events.filter(({ type }) => ENDINGS.includes(type));
  if (endings.length !== 1 || endings[0] !== events.at(-1)) faults.push(`${endings.length} endings, or one that is not last`);
  if (events[0]?.type !== 'start') faults.push('does not begin with start');
  const [, second] = events;
  if (second?.type !== 'data-status' || second.data.state !== 'accepted') faults.push('no acknowledgement');
  faults.push(...parts(events), ...tools(events, truth.tools));
  const text = events.map((event) => (event.type === 'text-delta' ? event.delta : '')).join('');
  if (text !== truth.text) faults.push(`text differs from what is stored: ${JSON.stringify(text)}`);
  const finish = events.at(-1);
  const spread = (seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0);
  if (finish?.type === 'finish' && spread < finish.messageMetadata.timing.total / 2) faults.push(`came in a lump: ${spread} ms for ${finish.messageMetadata.timing.total}`);
  return faults;
}

/** Every delta lies between its own start and end, and nothing is left open. */
function parts(events: StreamEvent[]): string[] {
  const faults: string[] = [];
  const open = new Set<string>();
  for (const event of events) {
    if (event.type === 'text-start' || event.type === 'reasoning-start') open.add(event.id);
    else if (event.type === 'text-delta' || event.type === 'reasoning-delta') {
      if (!open.has(event.id)) faults.push(`a delta of ${event.id}, which is not open`);
    } else if ((event.type === 'text-end' || event.type === 'reasoning-end') && !open.delete(event.id)) faults.push(`the end of ${event.id}, which is not open`);
    else if (event.type === 'finish' && open.size > 0) faults.push(`finished with ${[...open].join()} open`);
  }
  return faults;
}

/** Calls name configured tools, the same from start to input, and results belong to calls; each call gets one. */
function tools(events: StreamEvent[], known: string[]): string[] {
  const faults: string[] = [];
  const calls = new Map<string, string>();
  const pending = new Set<string>();
  for (const event of events) {
    if (event.type === 'tool-input-start') {
      calls.set(event.toolCallId, event.toolName);
      pending.add(event.toolCallId);
      if (!known.includes(event.toolName)) faults.push(`there is no tool ${event.toolName}`);
    } else if (event.type === 'tool-input-available' && calls.get(event.toolCallId) !== event.toolName) faults.push(`call ${event.toolCallId} changed its name`);
    else if (event.type === 'tool-output-error' || (event.type === 'tool-output-available' && !event.preliminary)) {
      if (!pending.delete(event.toolCallId)) faults.push(`a result without a call: ${event.toolCallId}`);
    } else if (event.type === 'finish' && pending.size > 0) faults.push('a call without a result');
  }
  return faults;
}
