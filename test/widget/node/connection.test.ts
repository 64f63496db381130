/** Asking and resuming against a bff on a real socket. */
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { startFakeBff, type FakeBff } from '../fake-bff.ts';
import { ask, rejoin, type TurnWatcher } from '../../../widget/stream/connection.ts';
import { fold, foldEnd } from '../../../widget/stream/fold.ts';
import { createLine, type Line } from '../../../widget/stream/line.ts';
import { createRequests, Refusal, type Requests } from '../../../widget/stream/requests.ts';
import type { Session } from '@halfsecond/shared/wire';
import { blankMessage, textOf, type Message } from '../../../widget/stream/transcript.ts';
import { backoff, deadline, retryAfterSeconds, sleep } from '../../../widget/stream/wait.ts';

let bff: FakeBff;
before(async () => {
  bff = await startFakeBff();
});
after(() => bff.close());

function requests(endpoint = bff.url): Requests {
  let kept: Session | null = null;
  return createRequests({ endpoint, site: 'hs_pub_test', store: { read: () => kept, write: (session) => void (kept = session) } });
}
const line = (given = requests(), transport = 'sse'): Line => createLine(given, transport);

type Heard = { message: Message; reconnects: boolean[]; firstByte: number };
async function turn(text: string, chatId: string, signal = new AbortController().signal, given = line()): Promise<Heard> {
  const heard: Heard = { message: blankMessage('a', 'assistant', 'sending'), reconnects: [], firstByte: 0 };
  await ask(given, { chatId, message: { id: `m-${chatId}`, role: 'user', parts: [{ type: 'text', text }] }, trigger: 'submit-message', replaces: null, marks: { keyToSend: 1, sentAt: Date.now() } }, watcher(heard), signal);
  return { ...heard, message: foldEnd(heard.message) };
}
function watcher(heard: Heard): TurnWatcher {
  return {
    event: (event) => void (heard.message = fold(heard.message, event, Date.now())),
    firstByte: (at) => void (heard.firstByte = at),
    replay: () => void (heard.message = blankMessage('a', 'assistant', 'streaming')),
    reconnecting: (now) => void heard.reconnects.push(now),
  };
}

describe('a turn over the network', () => {
  it('asks without a preflight and with the token in the body', async () => {
    const { message, firstByte } = await turn('hello', 'c-plain');
    assert.equal(message.state, 'done');
    assert.equal(textOf(message), 'Hello! Glad you are here.');
    assert.ok(firstByte > 0);
    const request = bff.seen.find(({ path, body }) => path === '/api/chat' && body['id'] === 'c-plain');
    assert.ok(request);
    assert.ok(request.contentType.startsWith('text/plain'));
    assert.match(String(request.body['token']), /^t\d+$/);
    assert.deepEqual(request.body['capabilities'], ['reset-step']);
  });

  it('picks a cut stream up behind the last event, and no word is lost or doubled', async () => {
    const { message, reconnects } = await turn('cut it', 'c-cut');
    assert.equal(textOf(message), 'One two three four five six seven eight nine ten.');
    assert.equal(message.state, 'done');
    assert.deepEqual(reconnects, [true, false]);
  });

  it('says that an answer was cut when the server has no more of it', async () => {
    const { message } = await turn('truncated', 'c-truncated');
    assert.equal(message.state, 'truncated');
  });

  it('renews the session once on 401', async () => {
    const { message } = await turn('expired token', 'c-expired');
    assert.equal(textOf(message), 'Welcome back.');
  });

  it('refuses with code and waiting time', async () => {
    await assert.rejects(turn('refused', 'c-refused'), (error) => error instanceof Refusal && error.code === 'too_many_requests' && error.status === 429 && error.retryAfter === 7);
  });

  it('takes a web page for no answer', async () => {
    await assert.rejects(turn('a page', 'c-page'), (error) => error instanceof Refusal && error.code === 'protocol');
  });

  it('tells an unreachable server', async () => {
    const gone = await startFakeBff();
    await gone.close();
    await assert.rejects(turn('hello', 'c-gone', undefined, line(requests(gone.url))), (error) => error instanceof Refusal && error.code === 'network');
  });

  it('ends at once when it is aborted', async () => {
    const controller = new AbortController();
    const running = turn('silence', 'c-abort', controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 60);
    const started = performance.now();
    await assert.rejects(running, /enough/);
    assert.ok(performance.now() - started < 1_000);
  });

  it('joins a running answer from its beginning, and knows when nothing runs', async () => {
    const given = line();
    const controller = new AbortController();
    const first = turn('slow', 'c-join', controller.signal, given);
    await sleep(700, AbortSignal.timeout(5_000));
    controller.abort(new Error('reloaded'));
    await assert.rejects(first, /reloaded/);
    const heard: Heard = { message: blankMessage('b', 'assistant', 'streaming'), reconnects: [], firstByte: 0 };
    await rejoin(given, 'c-join', '', watcher(heard), AbortSignal.timeout(10_000));
    assert.equal(heard.message.state, 'done');
    assert.ok(textOf(heard.message).startsWith('**Halfsecond** is'));
    const before = heard.message;
    await rejoin(given, 'c-join', '', watcher(heard), AbortSignal.timeout(5_000));
    assert.equal(heard.message, before, 'nothing runs any more, nothing was told');
  });
});

describe('waiting', () => {
  it('doubles the delay up to eight seconds', () => assert.deepEqual([0, 1, 2, 5, 20].map((n) => backoff(n, () => 0)), [250, 500, 1_000, 8_000, 8_000]));
  it('reads Retry-After as seconds or date', () => assert.deepEqual([null, '', '3', '0.2', 'x', 'Thu, 01 Jan 1970 00:00:10 GMT'].map((value) => retryAfterSeconds(value, 4_000)), [null, null, 3, 1, null, 6]));
  it('sleep rejects at once on abort', async () => {
    const controller = new AbortController();
    const waiting = sleep(60_000, controller.signal);
    controller.abort(new Error('now'));
    await assert.rejects(waiting, /now/);
    await assert.rejects(sleep(1, controller.signal), /now/);
  });
  it('a deadline runs out, follows its parent, and can be disarmed', async () => {
    const never = new AbortController();
    const short = deadline(5, never.signal);
    await new Promise((resolve) => short.signal.addEventListener('abort', resolve, { once: true }));
    const disarmed = deadline(5, never.signal);
    disarmed.disarm();
    await sleep(20, AbortSignal.timeout(1_000));
    assert.equal(disarmed.signal.aborted, false);
    never.abort();
    assert.equal(disarmed.signal.aborted, true);
  });
});
