/** The operator's routes: what the layers would decide, knowledge, memory, traces. All need the admin key. */
import { Hono } from 'hono';
import * as z from 'zod/mini';
import { ADMIN_BODY_MAX, ID_MAX, ID_PATTERN, MESSAGE_MAX } from '@halfsecond/shared/limits';
import type { ToolHealth } from '@halfsecond/shared/status';
import type { Knowledge, MemoryTurn, Recalled, RecallInput, Site } from '../layers.ts';
import { Refusal, epoch, readBody, refuse, requireKey } from './guard.ts';
import { opensTrace, traceRoutes } from './traces.ts';
import type { TraceParts } from './traces.ts';

/** Answer of `POST /admin/explain`: see each layer's own explanation for the fields. */
export type Explain = (input: { site: string; visitor: string | null; message: string; agent: string | undefined }, signal: AbortSignal) => Promise<unknown>;
export type AdminParts = {
  key: string;
  sites: Site[];
  explain: Explain;
  knowledge: Knowledge;
  remember: (turns: MemoryTurn[]) => Promise<void>;
  recall: (input: RecallInput, signal: AbortSignal) => Promise<Recalled>;
  /** Everything that is kept of a visitor. */
  exportVisitor: (site: string, visitor: string) => Promise<unknown>;
  erase: (site: string, visitor: string) => Promise<{ visitor: string; rows: number; files: number; verifiedAt: number }>;
  tools: { health(): ToolHealth[]; accept(name: string): Promise<boolean> };
  traces: TraceParts;
};

const K_MAX = 200;
const BUDGET_MAX = 100_000;
/** When an operator may try again what memory could not do (s). */
const RETRY_S = 5;

const id = z.string().check(z.maxLength(ID_MAX), z.regex(ID_PATTERN));
const text = z.string().check(z.maxLength(10_000_000));
const explainRequest = z.object({ site: id, visitor: z.optional(id), message: z.string().check(z.maxLength(1_000_000)), agent: z.optional(id) });
const knowledgeRequest = z.object({
  site: id,
  documents: z.array(z.object({ id, title: z.string(), url: z.optional(z.string()), text, at: z.optional(z.number()) })),
});
const acceptRequest = z.object({ name: z.string().check(z.maxLength(300)) });
const turnsRequest = z.object({
  site: id,
  visitor: id,
  turns: z.array(z.object({ id, role: z.enum(['user', 'assistant']), name: z.optional(z.string()), text, at: z.union([z.number(), z.string()]) })),
});
const searchRequest = z.object({
  site: id,
  visitor: z.optional(id),
  query: z.string().check(z.maxLength(MESSAGE_MAX)),
  k: z.optional(z.int().check(z.gte(1), z.lte(K_MAX))),
  tokenBudget: z.optional(z.int().check(z.gte(0), z.lte(BUDGET_MAX))),
  scope: z.optional(z.enum(['visitor', 'knowledge', 'all'])),
  explain: z.optional(z.boolean()),
});

export function adminRoutes(parts: AdminParts): Hono {
  const app = new Hono();
  const { knowledge } = parts;
  app.onError((error, c) => refuse(told(error), c));
  app.use(async (c, next) => {
    if (!opensTrace(c, parts.traces)) requireKey(c, parts.key, 'admin key');
    await next();
  });
  const checkSite = (site: string | undefined) => {
    if (!parts.sites.some((entry) => entry.id === site)) throw new Refusal(404, 'site_unknown', `There is no site with the id "${site ?? ''}".`);
    return site as string;
  };

  app.post('/explain', async (c) => {
    const { site, visitor, message, agent } = await readBody(c, explainRequest, ADMIN_BODY_MAX);
    return c.json(await parts.explain({ site: checkSite(site), visitor: visitor ?? null, message, agent }, c.req.raw.signal));
  });

  app.post('/knowledge', async (c) => {
    const { site, documents } = await readBody(c, knowledgeRequest, ADMIN_BODY_MAX);
    return c.json(await knowledge.ingest(checkSite(site), documents));
  });
  app.delete('/knowledge/:id', async (c) => {
    const site = checkSite(c.req.query('site') ?? parts.sites[0]?.id);
    if (!(await knowledge.remove(site, c.req.param('id')))) throw new Refusal(404, 'document_unknown', 'There is no such document.');
    return c.json({ removed: c.req.param('id') });
  });

  app.get('/tools', (c) => c.json({ tools: parts.tools.health() }));
  app.post('/tools/accept', async (c) => {
    const { name } = await readBody(c, acceptRequest);
    if (!(await parts.tools.accept(name))) throw new Refusal(404, 'tool_unchanged', `There is no tool "${name}" that has changed.`);
    return c.json({ accepted: name });
  });

  app.post('/memory/turns', async (c) => {
    const { site, visitor, turns } = await readBody(c, turnsRequest, ADMIN_BODY_MAX);
    checkSite(site);
    await parts.remember(turns.map(({ at, name, ...turn }) => ({ ...turn, ...(name === undefined ? {} : { name }), site, visitor, chat: 'import', at: epoch(at) })));
    return c.json({ stored: turns.length });
  });
  app.post('/memory/search', async (c) => {
    const { site, visitor, query, k, tokenBudget, scope = 'all', explain = false } = await readBody(c, searchRequest, ADMIN_BODY_MAX);
    const started = performance.now();
    // Who names one of the limits means that one; who names none gets a few, as a turn does.
    const limits = k === undefined && tokenBudget === undefined ? { k: 8, tokenBudget: 300 } : { k: k ?? K_MAX, tokenBudget: tokenBudget ?? BUDGET_MAX };
    const { snippets, tokens } = await parts.recall({ site: checkSite(site), visitor: visitor ?? null, query, ...limits, scope, explain }, c.req.raw.signal);
    return c.json({ snippets, tokens, ms: Math.round((performance.now() - started) * 100) / 100 });
  });
  const visitorOf = (visitor: string) => {
    if (!ID_PATTERN.test(visitor)) throw new Refusal(400, 'bad_request', 'id: expected 1 to 128 characters from A-Z a-z 0-9 _ . : -');
    return visitor;
  };
  app.get('/memory/visitors/:id', async (c) => c.json(await parts.exportVisitor(checkSite(c.req.query('site')), visitorOf(c.req.param('id')))));
  app.delete('/memory/visitors/:id', async (c) => c.json(await parts.erase(checkSite(c.req.query('site')), visitorOf(c.req.param('id')))));

  app.route('/traces', traceRoutes(parts.traces));
  return app;
}

/** What memory refuses is the sender's to mend; what it cannot do now is tried again, and the log says why. */
function told(error: Error): Error {
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('memory_bad_')) return new Refusal(400, code, error.message);
  if (!code.startsWith('memory_')) return error;
  console.error(`memory: ${error.message}`);
  return new Refusal(503, code, code === 'memory_not_erased' ? 'Not everything could be erased: send this again.' : 'The memory cannot be read or written at the moment.', RETRY_S);
}
