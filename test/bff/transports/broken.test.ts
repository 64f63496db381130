/** The suite can fail: a proxy breaks the real stream in one way at a time, and the check used on the real stream finds it. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { conformance } from './conformance.ts';
import { place, post, seenOf, truthOf, withTool } from './setup.ts';
import type { Place } from './setup.ts';

/** Rewrites one event's text; an empty string drops it. */
type Break = (event: string) => string;

let here: Place;
before(async () => {
  here = await place();
});
after(() => here.stop());

/** A chat through a proxy that passes every event through `rewrite`; `hold` keeps everything until the end. */
async function faultsOf(chat: string, rewrite: Break, hold = false): Promise<string[]> {
  const proxy = createServer(async (request, response) => {
    const upstream = await fetch(`${here.bff.url}${request.url}`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: Buffer.concat(await Array.fromAsync(request)) });
    response.writeHead(upstream.status, { 'content-type': 'text/event-stream' });
    let waiting = '';
    let held = '';
    for await (const chunk of upstream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = `${waiting}${chunk}`.split('\n\n');
      waiting = events.pop() ?? '';
      const text = events.map(rewrite).filter(Boolean).map((event) => `${event}\n\n`).join('');
      if (hold) held += text;
      else response.write(text);
    }
    response.end(held);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  try {
    here.fake.set(withTool());
    const response = await post(here, chat, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    return conformance(await seenOf(response.body), await truthOf(here, chat));
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

test('the proxy itself breaks nothing', async () => {
  assert.deepEqual(await faultsOf('intact', (event) => event), []);
});

let deltas = 0;
const breaks: { name: string; rewrite: Break; hold?: boolean; found: RegExp }[] = [
  { name: 'no ids', rewrite: (event) => event.replace(/^id: .*\n/m, ''), found: /ids do not grow/ },
  { name: 'ids that start again', rewrite: (event) => event.replace(/^id: (\d+)/m, (_line, id: string) => `id: ${Number(id) % 7}`), found: /ids do not grow/ },
  { name: 'no end mark', rewrite: (event) => (event.includes('[DONE]') ? '' : event), found: /no \[DONE\]/ },
  { name: 'no finish', rewrite: (event) => (event.includes('"type":"finish"') ? '' : event), found: /0 endings/ },
  { name: 'a finish and an error', rewrite: (event) => (event.includes('"type":"finish-step"') ? event.replace(/data: .*/, 'data: {"type":"error","errorText":"late"}') : event), found: /endings/ },
  { name: 'no acknowledgement', rewrite: (event) => (event.includes('"accepted"') ? '' : event), found: /no acknowledgement/ },
  { name: 'a dropped delta', rewrite: (event) => (event.includes('"text-delta"') && (deltas += 1) === 3 ? '' : event), found: /text differs/ },
  { name: 'a dropped start of text', rewrite: (event) => (event.includes('"text-start"') ? '' : event), found: /a delta of .*not open/ },
  { name: 'a wrong tool name', rewrite: (event) => event.replace('"toolName":"docs.search"', '"toolName":"docs.find"'), found: /there is no tool docs\.find/ },
  { name: 'a tool name that changes', rewrite: (event) => (event.includes('"tool-input-available"') ? event.replace('docs.search', 'docs.find') : event), found: /changed its name/ },
  { name: 'a lost tool result', rewrite: (event) => (event.includes('"tool-output-available"') ? '' : event), found: /a call without a result/ },
  { name: 'an event of another wire', rewrite: (event) => event.replace('"type":"text-end"', '"type":"text-over"'), found: /not an event of the wire/ },
  { name: 'everything at the end', rewrite: (event) => event, hold: true, found: /came in a lump/ },
];

for (const { name, rewrite, hold, found } of breaks) {
  test(`caught: ${name}`, async () => {
    assert.match((await faultsOf(name.replaceAll(' ', '-'), rewrite, hold)).join('\n'), found);
  });
}
