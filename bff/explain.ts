/** `POST /admin/explain`: what the layers decide about a message, with no model call. */
import type { Dispatcher } from './dispatch/dispatch.ts';
import type { Explain } from './gateway/admin.ts';
import type { Agent, Recall } from './layers.ts';
import type { Router } from './route/route.ts';

type Parts = { dispatcher: Dispatcher; route: Router['explain']; recall: Recall; agents: Agent[]; tokenBudget: number };

/** `agent` in the request skips dispatch's choice but not its scores. */
export function createExplain({ dispatcher, route, recall, agents, tokenBudget }: Parts): Explain {
  return async ({ site, visitor, message, agent: wanted }, signal) => {
    const start = performance.now();
    const who = dispatcher.explain({ site, text: message, recent: [], current: null, identified: visitor?.startsWith('user:') ?? false, dataClass: 'public' });
    const dispatched = performance.now();
    const { snippets, tokens } = await recall({ site, visitor, query: message, scope: 'all', k: 20, tokenBudget, explain: true }, signal);
    const recalled = performance.now();
    const agent = wanted === undefined ? who.agent : (agents.find((entry) => entry.name === wanted) ?? null);
    const order = route({
      site, chat: 'explain', traceId: 'explain', agent, dataClass: agent?.dataClass ?? 'public', system: '', messages: [{ role: 'user', text: message }], snippets, tools: [], lang: 'en',
    });
    const routed = performance.now();
    return {
      agent: { name: agent?.name ?? null, score: who.score, abstained: wanted === undefined && who.abstained, human: who.human, alternatives: who.alternatives, words: who.words, ...(who.ask ? { ask: who.ask.map((choice) => choice.agent) } : {}) },
      route: order,
      snippets, tokens,
      timing: { dispatch: dispatched - start, memory: recalled - dispatched, route: routed - recalled },
    };
  };
}
