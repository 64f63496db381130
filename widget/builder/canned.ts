/** A server that is not there: answers the widget's requests inside the page, so that the preview needs no network. */
import { answerTo, type Step } from './sample.ts';

/** A `fetch` that knows the routes of the chat and nothing else. `language` is asked anew for every answer. */
export function cannedFetch(language: () => string): typeof fetch {
  let turns = 0;
  return (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input, location.href).pathname;
    if (path === '/api/session') return Promise.resolve(Response.json({ token: 'preview', expiresAt: Date.now() + 86_400_000, visitor: 'preview' }));
    if (path === '/api/chat') return Promise.resolve(new Response(stream(answerTo(questionIn(init?.body), language()), `preview-${++turns}`, init?.signal), { headers: { 'content-type': 'text/event-stream' } }));
    if (/^\/api\/chat\/[^/]+\/stream$/.test(path)) return Promise.resolve(new Response(null, { status: 204 }));
    if (/^\/api\/(feedback|marks)$|\/stop$/.test(path)) return Promise.resolve(Response.json({}));
    return Promise.resolve(Response.json({ error: { code: 'not_found', message: 'not in the preview', traceId: '' } }, { status: 404 }));
  };
}

function questionIn(body: BodyInit | null | undefined): string {
  const { messages } = JSON.parse(typeof body === 'string' ? body : '{}') as { messages?: { parts?: { text?: string }[] }[] };
  return messages?.at(-1)?.parts?.map(({ text }) => text ?? '').join('') ?? '';
}

function stream(steps: Step[], id: string, signal: AbortSignal | null | undefined): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const left: Step[] = [{ type: 'start', messageId: id, messageMetadata: { traceId: '0'.repeat(32), chatId: 'preview' } }, ...steps];
  let count = 0;
  return new ReadableStream({
    async pull(controller) {
      let step = left.shift();
      for (; typeof step === 'number'; step = left.shift()) {
        const ms = step;
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
      if (signal?.aborted) return controller.error(signal.reason);
      if (step) return controller.enqueue(encoder.encode(`id: ${++count}\ndata: ${JSON.stringify(step)}\n\n`));
      controller.enqueue(encoder.encode('data: [DONE]\n\n'));
      controller.close();
    },
  });
}
