/** What the load generator asks of each server, as bytes, and by what it knows a token in the answer. */
export const ORIGIN = 'http://shop.example';
export const SITE_KEY = 'hs_pub_shop';
export type Kind = 'openai' | 'ui' | 'ours';

/** Every message is another one: nothing that was worked out for one may serve the next. */
const textOf = (chat: string): string => `Where is my invoice ${chat}?`;

/** Stands once in every token of the mock and nowhere else: counts tokens however they are gathered into events. */
export const MARK = '~';

/** One request with its head; `token` is a session of ours. Each is a chat of its own. */
export function requestOf(kind: Kind, chat: string, token: string): Buffer {
  const message = { id: `m-${chat}`, role: 'user', parts: [{ type: 'text', text: textOf(chat) }] };
  if (kind === 'openai') return post('/v1/chat/completions', 'application/json', { model: 'mock', stream: true, stream_options: { include_usage: true }, messages: [{ role: 'user', content: textOf(chat) }] });
  if (kind === 'ui') return post('/api/chat', 'application/json', { id: chat, messages: [message], trigger: 'submit-message' });
  return post('/api/chat', 'text/plain', { id: chat, messages: [message], trigger: 'submit-message', token });
}

function post(path: string, type: string, body: object): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: ${ORIGIN}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}
