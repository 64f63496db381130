/** The WebSocket door, frame by frame: refusals, several chats on one socket, resume, bounds, heartbeat. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { HEARTBEAT_MS, RESUME_WINDOW_MS } from '@halfsecond/shared/limits';
import { ORIGIN } from '../harness.ts';
import { conformance } from './conformance.ts';
import type { Seen } from './conformance.ts';
import { ANSWER, dial, place, plain, question, sendFrame, truthOf, withTool } from './setup.ts';
import type { Frame, Place, Wire } from './setup.ts';

let here: Place;
before(async () => {
  here = await place();
});
after(() => here.stop());
beforeEach(() => here.fake.set(plain));

const endOf = (wire: Wire, requestId: string) => wire.next((frame) => frame.type === 'end' && frame.requestId === requestId);
const textOf = (frames: Frame[]) => frames.flatMap(({ chunk }) => (chunk?.type === 'text-delta' ? [String(chunk['delta'])] : [])).join('');
/** A socket's frames of one request as the common check reads them: the sequence is the id, `end` the end mark. */
const seenOf = (wire: Wire, requestId: string): Seen[] => wire.frames.filter((frame) => frame.requestId === requestId).map(({ type, sequence, chunk, at }) =>
  type === 'end' ? { id: String(Number.MAX_SAFE_INTEGER), data: '[DONE]', at } : { id: String(sequence), data: JSON.stringify(chunk), at });
async function refusalOf(wire: Wire, frame: { requestId: string }): Promise<{ code: string; message: string; traceId: string; retryAfter?: number }> {
  wire.say(frame);
  const { errorText } = await wire.next(({ type, requestId }) => type === 'error' && requestId === frame.requestId);
  return (JSON.parse(errorText ?? '') as { error: { code: string; message: string; traceId: string } }).error;
}

test('one socket carries several chats; each conforms, numbered from 0 without a gap', async () => {
  const wire = await dial(here.ws, { authorization: `Bearer ${here.token}`, origin: ORIGIN });
  here.fake.set(withTool());
  wire.say(sendFrame('r-tool', 'many-tool'));
  await endOf(wire, 'r-tool');
  here.fake.set(plain);
  for (const chat of ['a', 'b', 'c']) wire.say(sendFrame(`r-${chat}`, `many-${chat}`));
  for (const chat of ['a', 'b', 'c']) await endOf(wire, `r-${chat}`);
  for (const chat of ['tool', 'a', 'b', 'c']) {
    const seen = seenOf(wire, `r-${chat}`);
    assert.deepEqual(conformance(seen, await truthOf(here, `many-${chat}`)), []);
    assert.deepEqual(seen.slice(0, -1).map(({ id }) => Number(id)), [...seen.keys()].slice(0, -1));
  }
  const order = wire.frames.filter(({ chunk }) => chunk?.type === 'text-delta').map(({ requestId }) => requestId);
  assert.ok(order.indexOf('r-b') < order.lastIndexOf('r-a'), 'they came side by side');
  await wire.hangUp();
});

test('refusals are the same as over HTTP, in an error frame of the request, and the socket lives on', async () => {
  const wire = await dial(here.ws);
  assert.equal((await refusalOf(wire, sendFrame('r1', 'no'))).code, 'token_missing');
  const forged = await refusalOf(wire, sendFrame('r2', 'no', 'forged'));
  assert.equal(forged.code, 'token_invalid');
  assert.match(forged.traceId, /^[0-9a-f]{32}$/);
  assert.equal((await refusalOf(wire, sendFrame('r3', 'no spaces', here.token))).code, 'bad_request');
  assert.equal((await refusalOf(wire, sendFrame('r4', 'no', here.token, { messages: [] }))).code, 'bad_request');
  assert.equal((await refusalOf(wire, sendFrame('r5', 'no', here.token, { messages: [question('x'.repeat(20_000))] }))).code, 'message_too_long');
  assert.equal((await refusalOf(wire, sendFrame('r6', 'no', here.token, { trigger: 'regenerate-message' }))).code, 'message_unknown');
  assert.equal((await refusalOf(wire, sendFrame('r7', 'no', here.token, { headers: 7 }))).code, 'bad_request');
  wire.say(sendFrame('r8', 'busy', here.token));
  assert.equal((await refusalOf(wire, sendFrame('r9', 'busy', here.token))).code, 'chat_busy');
  assert.equal((await refusalOf(wire, sendFrame('r8', 'other', here.token))).code, 'request_busy');
  await endOf(wire, 'r8');
  assert.equal(textOf(wire.frames), ANSWER);
  await wire.hangUp();
});

test('the handshake: a page that is on no list is refused, and so is what speaks no WebSocket', async () => {
  await assert.rejects(dial(here.ws, { origin: 'http://evil.example' }), /403/);
  const plainly = await fetch(`${here.bff.url}/api/ws`);
  assert.deepEqual([plainly.status, ((await plainly.json()) as { error: { code: string } }).error.code], [426, 'upgrade_required']);
  await assert.rejects(dial(here.ws.replace('/ws', '/elsewhere'), {}), /404/);
});

test('what makes no sense closes the socket: no JSON, no frame, bytes, too much', async () => {
  for (const [said, code] of [['{oops', 1008], ['{"type":"dance","requestId":"r"}', 1008], ['{"type":"abort"}', 1008], [Buffer.from([1, 2]), 1003], ['x'.repeat(2_000_001), 1009]] as const) {
    const wire = await dial(here.ws);
    wire.socket.send(said);
    assert.equal(await wire.closed, code);
  }
});

test('a dropped socket does not end the answer: another one resumes it, whole or from where it was', async () => {
  const first = await dial(here.ws);
  first.say(sendFrame('r', 'drop', here.token));
  const { sequence } = await first.next(({ chunk }) => chunk?.type === 'text-delta');
  first.socket.terminate();
  const second = await dial(here.ws);
  const resume = (requestId: string, more: object = {}) => second.say({ type: 'resume', requestId, id: 'drop', headers: { authorization: `Bearer ${here.token}` }, body: {}, ...more });
  resume('whole');
  await second.next(({ requestId, chunk, sequence: at }) => requestId === 'whole' && chunk?.type === 'text-delta' && (at ?? 0) > (sequence ?? 0) + 2);
  resume('rest', { lastSequence: sequence });
  await Promise.all([endOf(second, 'whole'), endOf(second, 'rest')]);
  const of = (requestId: string) => second.frames.filter((frame) => frame.requestId === requestId);
  assert.deepEqual([of('whole')[0]?.type, of('rest')[0]?.type], ['start', 'start']);
  assert.equal(textOf(of('whole')), ANSWER);
  const chunks = (frames: Frame[]) => frames.filter(({ type }) => type === 'chunk').map((frame) => ({ sequence: frame.sequence, chunk: frame.chunk }));
  assert.deepEqual(chunks(of('rest')), chunks(of('whole')).filter((frame) => (frame.sequence ?? 0) > (sequence ?? 0)));
  resume('over');
  await second.next((frame) => frame.type === 'no-active' && frame.requestId === 'over');
  await second.hangUp();
});

test('abort ends the answer and its call upstream at once, also right behind its send; a follower given up on the same socket does not', async () => {
  here.fake.set({ fault: 'endless', tokensPerSecond: 100 });
  const wire = await dial(here.ws);
  const begun = here.fake.next();
  wire.say(sendFrame('r', 'abort', here.token));
  const request = await begun;
  wire.say({ type: 'resume', requestId: 'f', id: 'abort', headers: {}, body: { token: here.token } });
  await wire.next(({ requestId, chunk }) => requestId === 'f' && chunk?.type === 'text-delta');
  wire.say({ type: 'abort', requestId: 'f' });
  const before = wire.frames.length;
  await wire.next((frame) => wire.frames.indexOf(frame as Wire['frames'][number]) > before + 5 && frame.requestId === 'r' && frame.chunk?.type === 'text-delta');
  const asked = performance.now();
  wire.say({ type: 'abort', requestId: 'r' });
  assert.ok((await request.disconnected) - asked < 100, 'upstream was left within 100 ms');
  await endOf(wire, 'r');
  assert.deepEqual(wire.frames.find(({ chunk }) => chunk?.type === 'abort')?.chunk, { type: 'abort', reason: 'stopped' });

  wire.say(sendFrame('quick', 'quick', here.token));
  wire.say({ type: 'abort', requestId: 'quick' });
  await endOf(wire, 'quick');
  assert.ok(wire.frames.some(({ requestId, chunk }) => requestId === 'quick' && chunk?.type === 'abort'));
  await wire.hangUp();
});

test('a socket that is gone is a reader that left: nobody back within the window, and the answer is given up upstream', async (t) => {
  here.fake.set({ fault: 'stall', after: 2 });
  const begun = here.fake.next();
  const wire = await dial(here.ws);
  wire.say(sendFrame('r', 'gone', here.token));
  await wire.next(({ chunk }) => chunk?.type === 'text-delta');
  const request = await begun;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  wire.socket.terminate();
  await wire.closed;
  await fetch(`${here.bff.url}/healthz`); // a round trip: the other side has seen it by then
  t.mock.timers.tick(RESUME_WINDOW_MS - 1);
  assert.equal(await Promise.race([request.disconnected.then(() => 'left'), fetch(`${here.bff.url}/healthz`).then(() => 'held')]), 'held');
  const over = performance.now();
  t.mock.timers.tick(1);
  assert.ok((await request.disconnected) - over < 100, 'given up by the window, not by a watchdog');
});

test('a socket that is not read is cut at a bound; the answer and other sockets go on', async () => {
  here.fake.set({ tokensPerSecond: 2_000, text: `${'x'.repeat(20_000)} `.repeat(900) });
  const stuck = await dial(here.ws);
  const begun = here.fake.next();
  stuck.say(sendFrame('r', 'stuck', here.token));
  const request = await begun;
  stuck.socket.pause();
  here.fake.set(plain);
  const other = await dial(here.ws);
  other.say(sendFrame('o', 'unstuck', here.token));
  await endOf(other, 'o');
  assert.equal(textOf(other.frames), ANSWER);
  // More than the bound and the kernel's buffers together hold; the answer goes on, only its reader is lost.
  while (request.sent * 20_000 < 7_000_000) await new Promise((done) => setTimeout(done, 5));
  stuck.socket.resume();
  assert.equal(await stuck.closed, 1006);
  assert.equal(stuck.frames.some(({ type }) => type === 'end'), false);
  assert.equal(await Promise.race([request.disconnected.then(() => 'left'), Promise.resolve('goes on')]), 'goes on');
  await fetch(`${here.bff.url}/api/chat/stuck/stop`, { method: 'POST', headers: here.headers });
  await other.hangUp();
});

test('pings keep a line open; a peer that does not answer is cut, one that wants nothing is sent home', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  // Nothing is timed here but the heartbeat: each tick is one, and a pong is waited for before the next.
  const beat = async (wire: Wire) => {
    const pinged = new Promise<void>((done) => wire.socket.once('ping', () => done()));
    t.mock.timers.tick(HEARTBEAT_MS);
    await Promise.race([pinged, wire.closed]);
    await fetch(`${here.bff.url}/healthz`); // a round trip: the pong has arrived by then
  };
  const stranger = await dial(here.ws);
  await beat(stranger);
  await beat(stranger);
  assert.equal(await stranger.closed, 1000);

  const idle = await dial(here.ws);
  idle.say({ type: 'resume', requestId: 'r', id: 'nothing', headers: {}, body: { token: here.token } });
  await idle.next(({ type }) => type === 'no-active');
  for (let beats = 0; beats < 29; beats += 1) await beat(idle);
  assert.equal(idle.socket.readyState, idle.socket.OPEN);
  await beat(idle);
  assert.equal(await idle.closed, 1000);

  const dead = connect(here.bff.port, '127.0.0.1');
  dead.write('GET /api/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n');
  const ended = new Promise<void>((done) => dead.once('close', () => done()));
  await new Promise<void>((done) => dead.once('data', () => done())); // the handshake's answer; pings are never answered
  t.mock.timers.tick(HEARTBEAT_MS);
  t.mock.timers.tick(HEARTBEAT_MS);
  dead.on('error', () => undefined).resume();
  await ended;
});
