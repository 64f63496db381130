/** The only place where the layers meet: configuration in, a running bff out. */
import { join, resolve } from 'node:path';
import { classed } from './classed.ts';
import type { Config } from './config.ts';
import { createDispatch } from './dispatch/dispatch.ts';
import { guessLanguage } from './dispatch/language.ts';
import { createExplain } from './explain.ts';
import { createExtractFacts } from './facts.ts';
import { createGateway } from './gateway/http.ts';
import { createPort } from './gateway/listen.ts';
import { createAnswers } from './gateway/log.ts';
import { createQueue } from './gateway/queue.ts';
import { createRate } from './gateway/rate.ts';
import { createSessions } from './gateway/session.ts';
import { transcriptPath } from './gateway/transcript.ts';
import { createTurn } from './gateway/turn.ts';
import type { DataClass, KnowledgeDocument, Layers, Recall, Remember } from './layers.ts';
import { MemoryError } from './memory/errors.ts';
import { openMemory } from './memory/memory.ts';
import { readDocuments } from './memory/read.ts';
import { rehearse } from './rehearse.ts';
import { createReport } from './report.ts';
import { keepRetention } from './retention.ts';
import { createRoute } from './route/route.ts';
import { createSecondOpinion } from './second.ts';
import { createSpend } from './route/spend.ts';
import { classOf } from './route/sensitive.ts';
import { isWalled } from './route/wall.ts';
import { openConversations } from './store/conversations.ts';
import { openDatabase } from './store/database.ts';
import { openFolder, readSecrets } from './store/folder.ts';
import { openLedger } from './store/spend.ts';
import { openVisitorData } from './store/visitor.ts';
import { createWork } from './store/work.ts';
import { createDocsSource } from './tools/builtin/docs.ts';
import { createHandoffSource } from './tools/builtin/handoff.ts';
import { createStatusSource } from './tools/builtin/status.ts';
import { documentPrefix } from './tools/mcp/knowledge.ts';
import { openPins } from './tools/mcp/pins.ts';
import { createTools } from './tools/run.ts';
import { createFeed } from './trace/feed.ts';
import { prometheus } from './trace/metrics.ts';
import { loadWords } from './words/words.ts';
import { recordSpans } from './trace/spans.ts';
import { openTracing, type Tracing } from './trace/tracing.ts';

export type Options = {
  config: Config;
  /** Folder for everything that is kept. */
  data: string;
  env: NodeJS.ProcessEnv;
  /** Folder of the built widget. */
  assets: string;
  log: (line: string) => void;
  /** Other functions in the place of layers; whatever is left out is the real one. */
  replace?: Partial<Layers & { tracing: Tracing }>;
};
/** `url` is where it listens; `knowledge` resolves when the configured documents have been read, `retained` when what was too old at the start is gone. */
export type Bff = { url: string; port: number; adminKey: string; knowledge: Promise<void>; retained: Promise<void>; close(): Promise<void> };

/** Turns at once when only the implicit built-in answerer is there. */
const BUILTIN_CONCURRENT = 64;
/** Of the daily budget, what reading facts may cost. */
const FACTS_SHARE = 0.1;

/** Builds every layer and listens. Rejects with a sentence when the folder, the memory or the port cannot be had. */
export async function startBff(options: Options, { host, port }: { host: string; port: number }): Promise<Bff> {
  const { config, data, env, log } = options;
  openFolder(data);
  const secrets = readSecrets(data, env);
  const database = openDatabase(join(data, 'bff.sqlite'));
  const work = createWork(database);
  const conversations = openConversations(database, work);
  const visitors = openVisitorData(database, work);
  const words = loadWords();
  const spend = createSpend({ limit: config.limits.dailySpend, ledger: openLedger(database, work), log });
  const router = createRoute({ providers: config.providers, models: config.models, settings: config.route, wait: config.queue.wait, spend, log });
  const classify = (text: string): DataClass => classOf([text], (error) => log(`the search for private data broke, the message counts as regulated: ${String(error)}`));
  const factsModel = config.providers[config.models.find(({ id }) => id === config.memory.facts?.model)?.provider ?? ''];
  const facts = config.memory.facts && {
    pause: config.memory.facts.pause,
    extract: createExtractFacts({
      route: options.replace?.route ?? router.route, model: config.memory.facts.model, classOfChat: conversations.dataClass, allowed: (dataClass) => factsModel?.private === true || !isWalled(dataClass, config.route), classify,
      language: (text) => guessLanguage(text, 'en'), ledger: openLedger(database, work), limit: config.limits.dailySpend * FACTS_SHARE, log,
    }),
  };
  const memory = config.memory.enabled ? await openMemory({ uri: resolve(config.memory.uri ?? join(data, 'memory')), log, embed: words, embedder: config.memory.embedder, folder: config.folder, facts }) : null;
  const recall: Recall = memory?.recall ?? (async () => ({ snippets: [], tokens: 0 }));
  const inTime: Recall = (input, signal) => recall({ deadline: config.memory.deadline, ...input }, signal);
  const remember: Remember = memory?.remember ?? (async () => undefined);

  const { fallback, clarify, secondOpinion } = config.dispatch;
  const second = secondOpinion && createSecondOpinion({ route: options.replace?.route ?? router.route, ...secondOpinion, log });
  const dispatcher = createDispatch({ agents: config.agents, words, fallback, clarify, second, log });
  const statusUrl = env['STATUS_URL'] ?? `http://127.0.0.1:${env['STATUS_PORT'] ?? 8788}`;
  let publicUrl = '';
  const person = config.tools['handoff']?.kind === 'builtin' ? createHandoffSource(config.tools['handoff'], (place) => `${publicUrl}${transcriptPath(secrets.session, place)}`, log) : null;
  const tools = createTools({
    sources: config.tools, builtins: { docs: createDocsSource(recall), status: createStatusSource(statusUrl), ...(person ? { handoff: person } : {}) },
    pins: openPins(join(data, 'tools.json')), secret: secrets.session, folder: config.folder, log,
    knowledge: (source, documents) => void learn(source, documents, config, memory, log),
  });

  const usable = new Set(router.health().providers.flatMap(({ id, state }) => (state === 'off' ? [] : [id])));
  const capacity = config.models.reduce((sum, model) => sum + (usable.has(model.provider) ? model.maxConcurrent : 0), 0) || BUILTIN_CONCURRENT;
  const queue = createQueue({ capacity, ...config.queue });
  const answers = createAnswers();
  const tracing = options.replace?.tracing ?? (await openTracing({ config, data, env, log }));
  const feed = createFeed({ health: router.health, queue: queue.view, models: config.models.map(({ id, provider }) => ({ id, provider })), tools: tools.names, toolHealth: tools.health });
  const report = createReport({ conversations, remember, tracing, feed, log });
  const perMinute = config.limits.requestsPerMinute;
  let ready = false;

  const gateway = createGateway({
    sites: config.sites, conversations, answers, assets: options.assets,
    sessions: createSessions(new TextEncoder().encode(secrets.session), config.sites),
    refusal: queue.refusal,
    rate: { visitor: createRate(perMinute), address: createRate(perMinute * 2), session: createRate(perMinute) },
    streamsPerVisitor: config.limits.streamsPerVisitor,
    language: (text, accept) => guessLanguage(text, accept?.slice(0, 2) ?? 'en'),
    classify,
    mark: tracing.mark, complain: tracing.complain,
    feed: feed.read,
    feedKey: { secret: env['STATUS_FEED_KEY'] || 'halfsecond-local', open: !env['STATUS_FEED_KEY'] && isLoopback(host) },
    ready: () => ready,
    transcriptSecret: secrets.session,
    metrics: () => prometheus({ queue: queue.view(), turns: feed.counts(), providers: router.health().providers, models: router.inFlight(), spend: spend.view(), dropped: tracing.dropped() }),
    admin: {
      key: secrets.admin, sites: config.sites, recall, remember: memory?.remember ?? off, traces: tracing.admin, tools,
      explain: createExplain({ dispatcher, route: router.explain, recall: classed(recall, conversations.dataClass), agents: config.agents, tokenBudget: config.memory.tokenBudget }),
      knowledge: {
        ingest: (site, documents) => memory?.ingest(site, documents) ?? off(),
        remove: async (site, document) => memory?.forgetDocument(site, document) ?? false,
      },
      erase: async (site, visitor) => {
        const others = answers.forget(site, visitor) + tools.forget(site, visitor) + (await tracing.forget(site, visitor));
        const erased = await memory?.eraseVisitor(site, visitor);
        const rows = conversations.erase(site, visitor) + others; // Last: only they know how private what memory holds is.
        return { visitor, rows: rows + (erased?.rows ?? 0), files: erased?.files ?? 0, verifiedAt: erased?.verifiedAt ?? Date.now() };
      },
      exportVisitor: async (site, visitor) => ({ site, visitor, ...((await memory?.exportVisitor(site, visitor)) ?? { turns: [], facts: [] }), ...visitors.read(site, visitor) }),
    },
  });

  const agentOf = (name: string | null) => config.agents.find((agent) => agent.name === name) ?? null;
  const titleOf = (name: string | null) => agentOf(name)?.title ?? null;
  const layers: Layers = { gateway, dispatch: dispatcher.dispatch, recall: inTime, route: router.route, tools: tools.run, ...options.replace };
  const parts = { ...layers, recall: classed(layers.recall, conversations.dataClass), listTools: tools.list, admit: queue.admit, recordSpans: tracing.recordSpans, report: report.ended, tokenBudget: config.memory.tokenBudget, titleOf, agentOf };
  const turn = createTurn(parts);
  const server = createPort(layers.gateway(turn));
  const listening = await server.listen(host, port);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
  publicUrl = (person && config.tools['handoff']?.kind === 'builtin' ? config.tools['handoff'].publicUrl?.replace(/\/$/, '') : undefined) ?? url;
  const knowledge = Promise.all([readKnowledge(config, memory, log), router.warm(), tools.tried, tracing.load()]).then(async () => {
    const alone = createRoute({ providers: {}, models: [], settings: config.route, wait: 1, log });
    const stage = createTurn({ ...parts, dispatch: async (input) => dispatcher.explain(input), recall: classed(recall, conversations.dataClass), route: alone.route, listTools: () => [], admit: createQueue({ capacity: 1, depth: 0, wait: 1 }).admit, recordSpans: ({ arrivedAt }) => recordSpans(arrivedAt), report: () => undefined });
    await rehearse(stage, config.sites);
    alone.close();

    ready = true;
  });

  const retention = keepRetention({ sites: config.sites, log, expire: async (site, before) => ((await memory?.expire(site, before)) ?? 0) + visitors.expire(site, before) });

  return {
    url, port: listening, adminKey: secrets.admin, knowledge, retained: retention.swept,
    async close() {
      answers.close();
      await memory?.stopReading();
      await server.close();
      await knowledge.catch((error: unknown) => log(`closing: ${String(error)}`));
      router.close();
      await tools.close();
      await person?.close();
      await report.settled();
      await tracing.close();
      await retention.close();
      await memory?.close();
      work.settle();
      database.close();
    },
  };
}

/** What a tool server offers as knowledge takes the place of what it offered before. */
async function learn(source: string, documents: KnowledgeDocument[], config: Config, memory: Awaited<ReturnType<typeof openMemory>> | null, log: Options['log']): Promise<void> {
  if (!memory) return;
  try {
    for (const site of config.sites) {
      const gone = (await memory.documents(site.id)).filter((id) => id.startsWith(documentPrefix(source)) && !documents.some((document) => document.id === id));
      for (const id of gone) await memory.forgetDocument(site.id, id);
      const { sections, written } = await memory.ingest(site.id, documents);
      log(`knowledge of ${site.id} from ${source}: ${documents.length} documents, ${sections} sections, ${written} written, ${gone.length} removed`);
    }
  } catch (error) {
    log(`knowledge from ${source} was not kept: ${String(error)}`);
  }
}

/** Reads the configured files into the memory of every site; what cannot be read is named and skipped. */
async function readKnowledge(config: Config, memory: Awaited<ReturnType<typeof openMemory>> | null, log: Options['log']): Promise<void> {
  if (!memory || config.memory.knowledge.length === 0) return;
  const documents = [];
  for await (const found of readDocuments(config.memory.knowledge, config.folder)) {
    if ('skipped' in found) log(`knowledge: ${found.skipped} is skipped: ${found.reason}`);
    else documents.push(found.document);
  }
  for (const site of config.sites) {
    const { sections, written, removed } = await memory.mirror(site.id, documents);
    log(`knowledge of ${site.id}: ${documents.length} documents, ${sections} sections, ${written} written, ${removed} removed`);
  }
}

/** For an operator who hands something in: it would be acknowledged and nowhere. */
async function off(): Promise<never> {
  throw new MemoryError('memory_unavailable', 'memory.enabled is false: nothing can be kept');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
