/** Spans and traces: hops follow each other without gap, the parts add up, lies of a browser change nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordSpans } from '@halfsecond/bff/trace/spans.ts';

test('hops add up to the whole, inner spans belong to the hop that was open, the first token counts once', () => {
  let now = 100;
  const spans = recordSpans(100, () => now);
  const go = (ms: number) => (now += ms);
  go(1);
  spans.enter('queue');
  go(2);
  spans.enter('dispatch');
  go(4);
  spans.enter('recall');
  go(8);
  spans.enter('route');
  go(16);
  spans.enter('provider');
  go(30);
  spans.token();
  go(2);
  spans.token();
  spans.inside('provider:house', 131, 163);
  spans.enter('tool');
  go(64);
  spans.inside('tool:docs.search', 170, 227);
  spans.enter('write');
  go(3);
  assert.deepEqual(spans.timing(), { queue: 2, dispatch: 4, memory: 8, route: 16, provider: 32, tools: 64, gateway: 4, firstToken: 61, total: 130 });
  const all = spans.finish();
  const hops = all.filter(({ parent }) => parent === undefined);
  assert.deepEqual(hops.map(({ name }) => name), ['accept', 'queue', 'dispatch', 'recall', 'route', 'provider', 'tool', 'write']);
  assert.equal(hops.reduce((sum, { ms }) => sum + ms, 0), 130);
  for (const [at, hop] of hops.entries()) if (at > 0) assert.equal(hop.start, (hops[at - 1]?.start ?? 0) + (hops[at - 1]?.ms ?? 0));
  const nameOf = (id: string | undefined) => all.find((span) => span.id === id)?.name;
  assert.equal(nameOf(all.find(({ name }) => name === 'provider:house')?.parent), 'provider');
  assert.equal(nameOf(all.find(({ name }) => name === 'tool:docs.search')?.parent), 'tool');
});
