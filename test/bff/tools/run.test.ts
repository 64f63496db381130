/** Running a step's calls: side by side, each on its own deadline, and every way in which a call can go wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as soon, setTimeout as pause } from 'node:timers/promises';
import type { ToolCall, ToolContext, ToolDefinition, ToolPart, ToolSource } from '@halfsecond/bff/layers.ts';
import { createCache } from '@halfsecond/bff/tools/cache.ts';
import { callOnce } from '@halfsecond/bff/tools/once.ts';
import { createRegistry } from '@halfsecond/bff/tools/registry.ts';
import { createWatch } from '@halfsecond/bff/tools/watch.ts';
import { CALLS_PER_STEP_MAX } from '@halfsecond/bff/tools/run.ts';
import type { Tools } from '@halfsecond/bff/tools/run.ts';
import { ToolFault } from '@halfsecond/bff/tools/source.ts';
import type { Source } from '@halfsecond/bff/tools/source.ts';
import { agentWith, all, contextWith, never, toolsFor } from './setup.ts';

const agent = agentWith;
const context = (tools: string[] = ['lab.*']): ToolContext => contextWith(...tools);
const define = (name: string, properties: Record<string, unknown> = {}, required: string[] = []): ToolDefinition => ({
  name, title: name, description: name, inputSchema: { type: 'object', properties, required, additionalProperties: false }, triggers: [],
});
const builtin: ToolSource = { kind: 'builtin', timeout: 1_500, allow: [] };
type Run = (...args: Parameters<Source['call']>) => Promise<unknown>;

/** Tools `lab.NAME` out of functions. */
function lab(t: TestContext, calls: Record<string, Run>, definitions?: ToolDefinition[]): { tools: Tools; lines: string[] } {
  const source: Source = {
    definitions: definitions ?? Object.keys(calls).map((name) => define(`lab.${name}`)),
    call: async (name, ...rest) => ({ output: await calls[name.slice(4)]?.(name, ...rest) }),
  };
  return toolsFor(t, { lab: builtin }, { builtins: { lab: source } });
}
const call = (name: string, input: unknown = {}, id: string = name): ToolCall => ({ id, name: `lab.${name}`, input });

const codeOf = (part: ToolPart | undefined): string => (part?.type === 'error' ? part.code : `no error but ${part?.type}`);

test('four slow tools and one that hangs: four results, the late one by name, at the deadline', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const hung = new AbortController();
  const { tools } = lab(t, {
    slow: async (_name, input) => {
      await wait(1_000);
      return input;
    },
    hang: (_name, _input, _context, signal) => new Promise(() => signal.addEventListener('abort', () => hung.abort())),
  }, [define('lab.slow', { n: { type: 'integer' } }), define('lab.hang')]);

  const seen: ToolPart[] = [];
  let over = false;
  const reading = (async () => {
    for await (const part of tools.run([call('hang'), ...[1, 2, 3, 4].map((n) => call('slow', { n }, `slow-${n}`))], context(), never)) seen.push(part);
    over = true;
  })();
  await soon();
  t.mock.timers.tick(1_000);
  await soon();
  assert.deepEqual(seen.map((part) => [part.type, part.callId]), [1, 2, 3, 4].map((n) => ['output', `slow-${n}`]));
  t.mock.timers.tick(499);
  await soon();
  assert.equal(over, false);
  t.mock.timers.tick(1);
  await reading;
  const last = seen.at(-1);
  assert.ok(last?.type === 'error');
  assert.deepEqual([last.callId, last.name, last.code, last.message], ['hang', 'lab.hang', 'timeout', 'timed out after 1500 ms']);
  assert.equal(seen.length, 5);
  assert.ok(hung.signal.aborted, 'the late tool is told to stop');
});

test('parts come in the order in which tools finish', async (t) => {
  const gates = { one: Promise.withResolvers<string>(), two: Promise.withResolvers<string>() };
  const { tools } = lab(t, { one: () => gates.one.promise, two: () => gates.two.promise });
  const parts = tools.run([call('one'), call('two')], context(), never)[Symbol.asyncIterator]();
  const first = parts.next();
  gates.two.resolve('b');
  assert.equal((await first).value.callId, 'two');
  const second = parts.next();
  gates.one.resolve('a');
  assert.equal((await second).value.output, 'a');
  assert.equal((await parts.next()).done, true);
});

test('unknown tools, and tools that the agent does not list, are refused alike', async (t) => {
  let called = 0;
  const { tools } = lab(t, { mine: async () => (called += 1), other: async () => (called += 1) });
  for (const [listed, wanted] of [[['lab.mine'], 'other'], [['lab.*'], 'nothing'], [[], 'mine'], [['laboratory.*'], 'mine'], [['la.*'], 'mine'], [['*'], 'mine'], [['lab'], 'mine'], [['lab.*'], '__proto__']] as const) {
    const [part] = await all(tools.run([call(wanted)], context([...listed]), never));
    assert.equal(codeOf(part), 'unknown-tool', `${listed} ${wanted}`);
  }
  const [nobody] = await all(tools.run([call('mine')], { ...context(), agent: null }, never));
  assert.equal(codeOf(nobody), 'unknown-tool');
  assert.equal(called, 0);
  assert.deepEqual(tools.list(agent(['lab.mine'])).map(({ name }) => name), ['lab.mine']);
  assert.equal(tools.list(agent(['lab.*'])).length, 2);
  assert.deepEqual(tools.list(null), []);
  const [done] = await all(tools.run([call('mine')], context(['lab.mine']), never));
  assert.equal(done?.type, 'output');
});

test('arguments that do not fit are refused with a sentence that helps, before the tool is called', async (t) => {
  let called = 0;
  const { tools } = lab(t, { order: async () => (called += 1) }, [define('lab.order', { id: { type: 'string', minLength: 3 }, n: { type: 'integer', minimum: 1 } }, ['id'])]);
  const bad: [unknown, RegExp][] = [
    [{}, /id: /], [{ id: 'ab' }, /id: .*3/], [{ id: 'abc', n: 0 }, /n: /], [{ id: 'abc', n: 1.5 }, /n: /], [{ id: 'abc', extra: 1 }, /extra/],
    [null, /must be an object/], ['{"id":"abc"}', /must be an object/], [[], /must be an object/], [undefined, /must be an object/],
    [JSON.parse('{"id":"abc","__proto__":{"n":2}}'), /__proto__/],
  ];
  for (const [input, message] of bad) {
    const [part] = await all(tools.run([{ id: 'x', name: 'lab.order', input }], context(), never));
    assert.ok(part?.type === 'error' && part.code === 'bad-arguments', JSON.stringify(input));
    assert.match(part.message, message);
  }
  assert.equal(called, 0);
  const [fine] = await all(tools.run([call('order', { id: 'abc', n: 2 })], context(), never));
  assert.equal(fine?.type, 'output');
});

test('a throw becomes an error part without its words; a fault keeps its own', async (t) => {
  const { tools, lines } = lab(t, {
    boom: async () => { throw new Error('connect ECONNREFUSED 10.0.0.7:5432 password=hunter2'); },
    sync: () => { throw new Error('at once'); },
    odd: () => Promise.reject(undefined),
    fault: async () => { throw new ToolFault('not-found', 'there is no such order'); },
  });
  const parts = await all(tools.run(['boom', 'sync', 'odd', 'fault'].map((name) => call(name)), context(), never));
  const said = Object.fromEntries(parts.map((part) => [part.callId, part.type === 'error' ? `${part.code}: ${part.message}` : part.type]));
  assert.deepEqual(said, { boom: 'failed: the tool failed', sync: 'failed: the tool failed', odd: 'failed: the tool failed', fault: 'not-found: there is no such order' });
  assert.ok(lines.some((line) => line.includes('lab.boom') && line.includes('ECONNREFUSED')), 'the reason is in the log');
});

test('results are plain data of a bounded size', async (t) => {
  const { tools } = lab(t, {
    big: async () => 'x'.repeat(70_000),
    wide: async () => 'ä'.repeat(40_000),
    loop: async () => { const a: Record<string, unknown> = {}; a['a'] = a; return a; },
    huge: async () => 10n,
    deep: async () => JSON.parse(`${'['.repeat(2_000)}${']'.repeat(2_000)}`) as unknown,
    nothing: async () => undefined,
    code: async () => () => 1,
    trap: async () => ({ toJSON() { throw new Error('no'); } }),
    copy: async () => ({ at: new Date(0), list: [1, undefined] }),
    fits: async () => 'x'.repeat(63_000),
  });
  const parts = await all(tools.run(['big', 'wide', 'loop', 'huge', 'deep', 'nothing', 'code', 'trap', 'copy', 'fits'].map((name) => call(name)), context(), never));
  const by = new Map(parts.map((part) => [part.callId, part]));
  for (const name of ['big', 'wide']) assert.equal(codeOf(by.get(name)), 'too-large');
  for (const name of ['loop', 'huge', 'deep', 'trap']) assert.equal(codeOf(by.get(name)), 'bad-result');
  const output = (name: string): unknown => { const part = by.get(name); return part?.type === 'output' ? part.output : part; };
  assert.equal(output('nothing'), null);
  assert.equal(output('code'), null);
  assert.deepEqual(output('copy'), { at: '1970-01-01T00:00:00.000Z', list: [1, null] });
  assert.equal(String(output('fits')).length, 63_000);
});

test('the visitor stops: every open call ends as cancelled and is told', async (t) => {
  const stop = new AbortController();
  let told = 0;
  const hang: Run = (_name, _input, _context, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => {
    told += 1;
    reject(new Error('aborted'));
  }));
  const { tools, lines } = lab(t, { a: hang, b: hang, quick: async () => 1 });
  const parts: ToolPart[] = [];
  for await (const part of tools.run([call('a'), call('b'), call('quick')], context(), stop.signal)) {
    parts.push(part);
    if (part.callId === 'quick') stop.abort();
  }
  assert.deepEqual(parts.map((part) => (part.type === 'error' ? part.code : part.type)).sort(), ['cancelled', 'cancelled', 'output']);
  await soon();
  assert.equal(told, 2);
  assert.deepEqual(lines, [], 'stopping is no failure');
  const late = await all(tools.run([call('quick')], context(), AbortSignal.abort()));
  assert.equal(codeOf(late[0]), 'cancelled');
});

test('a reader who leaves early cancels what still runs', async (t) => {
  // The deadline, which would end it too, never comes.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told = Promise.withResolvers<void>();
  const { tools } = lab(t, { hang: (_name, _input, _context, signal) => new Promise(() => signal.addEventListener('abort', () => told.resolve())), quick: async () => 1 });
  for await (const part of tools.run([call('hang'), call('quick')], context(), never)) {
    assert.equal(part.callId, 'quick');
    break;
  }
  await told.promise;
});

test('progress is passed on by name, ten times a second at most, and never after the end', async (t) => {
  let after: ((output: unknown) => void) | undefined;
  const gate = Promise.withResolvers<string>();
  const { tools, lines } = lab(t, {
    short: async (_name, _input, _context, _signal, progress) => {
      after = progress;
      return 'first';
    },
    waits: () => gate.promise,
    steps: async (_name, _input, _context, _signal, progress) => {
      for (let n = 1; n <= 1_000; n++) progress({ n });
      await pause(110);
      progress('x'.repeat(100_000));
      await pause(110);
      progress({ n: 'last' });
      await soon();
      return 'done';
    },
  });
  const parts = await all(tools.run([call('steps')], context(), never));
  assert.deepEqual(parts.map((part) => (part.type === 'error' ? part.code : part.type === 'approval' ? part.type : [part.type, part.output])), [['progress', { n: 1 }], ['progress', { n: 'last' }], ['output', 'done']], 'a flood is no more than ten a second');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /progress dropped/);

  const rest: string[] = [];
  for await (const part of tools.run([call('short'), call('waits')], context(), never)) {
    rest.push(`${part.type} ${part.callId}`);
    after?.({ n: 'too late' });
    gate.resolve('second');
  }
  assert.deepEqual(rest, ['output short', 'output waits']);
});

test('fifty calls in one step: the first are run, the others refused by name', async (t) => {
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', listen);
  const { tools } = lab(t, { quick: async () => { await soon(); return 1; } });
  const parts = await all(tools.run(Array.from({ length: 50 }, (_, n) => call('quick', {}, `c${n}`)), context(), never));
  await soon();
  process.off('warning', listen);
  assert.equal(parts.length, 50);
  assert.equal(parts.filter((part) => part.type === 'output').length, CALLS_PER_STEP_MAX);
  assert.equal(parts.filter((part) => codeOf(part) === 'too-many').length, 50 - CALLS_PER_STEP_MAX);
  assert.deepEqual(warnings, []);
  assert.deepEqual(await all(tools.run([], context(), never)), []);
});

test('two calls with the same id each get their own end', async (t) => {
  const { tools } = lab(t, { a: async () => 1, b: async () => 2 });
  const parts = await all(tools.run([call('a', {}, 'same'), call('b', {}, 'same')], context(), never));
  assert.deepEqual(parts.map((part) => part.type), ['output', 'output']);
});

test('what cannot be offered is off with a line that says why', (t) => {
  const source: Source = {
    definitions: [define('lab.fine'), define('lab.fine'), define('shop.pay'), { ...define('lab.odd'), inputSchema: { type: 'object', if: {}, else: {} } }, define('lab.with space')],
    call: async () => ({ output: 1 }),
  };
  const { tools, lines } = toolsFor(t, { lab: builtin, gone: builtin, toString: builtin }, { builtins: { lab: source } });
  assert.deepEqual(tools.names(), ['lab.fine']);
  for (const name of ['lab.fine', 'shop.pay', 'lab.odd', 'lab.with space', 'gone', 'toString']) assert.equal(lines.filter((line) => line.includes(`"${name}"`)).length, 1, name);
  assert.equal(lines.length, 6);
});

test('a late result that still comes is offered, and the deadline moves with progress, up to its limit', async () => {
  const gate = Promise.withResolvers<string>();
  const source: Source = {
    definitions: [define('lab.late'), define('lab.busy'), define('lab.endless')],
    async call(name, _input, _context, signal, progress) {
      if (name === 'lab.late') return { output: await gate.promise };
      for (let n = 0; n < (name === 'lab.busy' ? 5 : 1_000) && !signal.aborted; n++) {
        await pause(30);
        progress({ n });
      }
      return { output: 'done' };
    },
  };
  const registry = createRegistry(() => undefined);
  registry.put('lab', source, { timeout: 80, longest: 400 });
  const late = Promise.withResolvers<ToolPart>();
  const turn = new AbortController();
  const once = (name: string, given: Partial<ToolContext> = {}): Promise<ToolPart> => {
    const tool = registry.find(`lab.${name}`);
    assert.ok(tool);
    return callOnce(call(name), tool, { ...context(), ...given }, turn.signal, createCache(), { progress: () => undefined, log: () => undefined });
  };
  const first = await once('late', { late: late.resolve });
  assert.equal(codeOf(first), 'timeout');
  gate.resolve('after all');
  const second = await late.promise;
  assert.equal(second.type === 'output' && second.output, 'after all');
  assert.equal((await once('busy')).type, 'output', 'five reports of 30 ms are longer than 80 ms');
  const from = performance.now();
  assert.equal(codeOf(await once('endless')), 'timeout');
  assert.ok(performance.now() - from < 1_500);
});

test('a tool that keeps failing rests, is tried again, and comes back; wrong arguments say nothing about it', async (t) => {
  let now = 0;
  const watch = createWatch(() => now);
  for (let n = 0; n < 3; n++) {
    assert.ok(watch.admit());
    watch.over('bad', 5);
  }
  assert.equal(watch.view().state, 'down');
  assert.equal(watch.admit(), false);
  now += 5_000;
  assert.ok(watch.admit(), 'one is let through');
  assert.equal(watch.admit(), false, 'and no other beside it');
  watch.over('bad', 5);
  now += 9_999;
  assert.equal(watch.admit(), false, 'the next rest is twice as long');
  now += 1;
  assert.ok(watch.admit());
  watch.over('ok', 5);
  assert.equal(watch.view().state, 'up');

  let called = 0;
  const { tools } = lab(t, { ill: async () => { called += 1; throw new Error('no'); } }, [define('lab.ill', { n: { type: 'integer' } })]);
  for (let n = 0; n < 5; n++) await all(tools.run([call('ill', { n: 'x' })], context(), never));
  for (let n = 0; n < 3; n++) await all(tools.run([call('ill')], context(), never));
  const [resting] = await all(tools.run([call('ill')], context(), never));
  assert.equal(codeOf(resting), 'resting');
  assert.equal(called, 3);
  assert.equal(tools.health()[0]?.state, 'down');
});

test('a result is used again only when the tool says so, for the same visitor and arguments', async (t) => {
  let called = 0;
  const source: Source = {
    definitions: [define('lab.kept', { a: {}, b: {} }), define('lab.fresh')],
    call: async (name) => ({ output: (called += 1), ...(name === 'lab.kept' ? { keep: 60_000 } : {}) }),
  };
  const { tools } = toolsFor(t, { lab: builtin }, { builtins: { lab: source } });
  const ask = async (name: string, input: unknown = {}, given: Partial<ToolContext> = {}): Promise<unknown> => {
    const [part] = await all(tools.run([call(name, input)], { ...context(), ...given }, never));
    return part?.type === 'output' ? part.output : part;
  };
  assert.deepEqual([await ask('kept', { a: 1, b: 2 }), await ask('kept', { b: 2, a: 1 }), await ask('kept', { a: 2 }), await ask('kept', { a: 1, b: 2 }, { visitor: 'other' })], [1, 1, 2, 3]);
  assert.deepEqual([await ask('fresh'), await ask('fresh')], [4, 5]);
});
