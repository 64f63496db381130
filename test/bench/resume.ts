/**
 * Resume: 200 answers, each read over connections that are cut after every single event while the answer is being
 * written, and taken up again with Last-Event-ID. Counts characters lost and doubled against what the provider said.
 */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { ORIGIN, bffFor, post, session } from '../bff/harness.ts';
import { startOpenAI } from '../fakes/openai.ts';

const ANSWERS = 200;
const AT_ONCE = 10;

const fake = await startOpenAI();
const bff = await bffFor({
  providers: { house: { kind: 'openai-compatible', baseURL: `${fake.url}/v1`, apiKey: 'k' } },
  models: [{ id: 'house', provider: 'house', model: 'm', inputPrice: 1, outputPrice: 2 }],
  memory: { enabled: false }, limits: { requestsPerMinute: 1_000_000, streamsPerVisitor: 1_000 },
});
const { token } = await session(bff);
const textOf = (answer: number) => Array.from({ length: 12 + (answer % 9) }, (_, at) => `word${answer}x${at}`).join(' ');
// Slow enough that most cuts fall into a running answer, and that words are not gathered.
fake.set({ text: (body) => textOf(Number(/answer (\d+)/.exec(JSON.stringify(body))?.[1])), tokensPerSecond: 30 });

type Seen = { text: string; lastId: number; done: boolean; finished: boolean };
let cuts = 0;
let lost = 0;
let doubled = 0;
let unfinished = 0;

async function readOne(stream: AsyncIterable<Uint8Array>, seen: Seen, leave: () => void): Promise<void> {
  let text = '';
  for await (const chunk of stream) {
    text += Buffer.from(chunk).toString('utf8');
    const end = text.indexOf('\n\n');
    if (end === -1) continue;
    // One event is taken; whatever came with it is thrown away with the connection.
    take(text.slice(0, end), seen);
    leave();
    return;
  }
}

function take(event: string, seen: Seen): void {
  const id = Number(/^id: (\d+)$/m.exec(event)?.[1]);
  const data = /^data: (.*)$/m.exec(event)?.[1] ?? '';
  if (id <= seen.lastId) doubled += 1;
  seen.lastId = id;
  if (data === '[DONE]') seen.done = true;
  else {
    const parsed = JSON.parse(data) as { type: string; delta?: string };
    if (parsed.type === 'text-delta') seen.text += parsed.delta ?? '';
    if (parsed.type === 'finish') seen.finished = true;
  }
}

function resume(chat: string, lastId: number): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    request(`${bff.url}/api/chat/${chat}/stream`, { headers: { origin: ORIGIN, authorization: `Bearer ${token}`, 'last-event-id': String(lastId) }, agent: false }, done).once('error', fail).end();
  });
}

async function one(answer: number): Promise<void> {
  const chat = `resume-${answer}`;
  const seen: Seen = { text: '', lastId: 0, done: false, finished: false };
  const first = new AbortController();
  const response = await post(bff, token, chat, `answer ${answer}`, {}, first.signal);
  await readOne(response.body as unknown as AsyncIterable<Uint8Array>, seen, () => undefined);
  first.abort();
  while (!seen.done) {
    cuts += 1;
    const again = await resume(chat, seen.lastId);
    if (again.statusCode !== 200) throw new Error(`${chat}: ${again.statusCode}`);
    await readOne(again, seen, () => again.destroy());
  }
  const said = textOf(answer);
  if (seen.text !== said) {
    lost += Math.max(0, said.length - seen.text.length);
    doubled += Math.max(0, seen.text.length - said.length);
    if (seen.text.length === said.length) lost += 1;
  }
  if (!seen.finished) unfinished += 1;
}

const waiting = Array.from({ length: ANSWERS }, (_, at) => at);
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let answer = waiting.shift(); answer !== undefined; answer = waiting.shift()) await one(answer);
}));
await bff.stop();
await fake.close();
console.log(`${ANSWERS} answers, ${cuts} cuts, one after every event: ${lost} characters lost, ${doubled} doubled, ${unfinished} without their end`);
process.exitCode = lost + doubled + unfinished === 0 ? 0 : 1;
