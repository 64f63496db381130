/** The memory of one process: opens the folder, and puts its parts together. */
import { access, constants, mkdir } from 'node:fs/promises';
import type { Embed, ExtractFacts, Fact, MemoryTurn, Recall, Remember } from '../layers.ts';
import { factOf } from './accept.ts';
import { makeCatchUp } from './catchup.ts';
import type { KnowledgeDocument } from './document.ts';
import { openEmbedder, type EmbedderConfig } from './embedders.ts';
import { MemoryError, reason } from './errors.ts';
import { checkedId } from './filter.ts';
import { eraseVisitor, expireTurns, type Erased } from './forget.ts';
import { forgetDocument, ingestDocuments, mirrorDocuments, type IngestReport, type Progress } from './ingest.ts';
import { lockFolder } from './lock.ts';
import { makeFindSections } from './knowledge.ts';
import { makeLibrary } from './library.ts';
import { openLog, replayLog } from './log.ts';
import { makeNearest } from './nearest.ts';
import { makeFactReader } from './reading.ts';
import { makeRecall } from './recall.ts';
import { serial } from './serial.ts';
import { makeShelves } from './shelf.ts';
import { openStore, type TableFigures } from './store.ts';
import { makeTurnWriter, VERSION_MS } from './turns.ts';
import { fromWords, type Embedder } from './vectors.ts';

export type Memory = {
  recall: Recall;
  /** Resolves when the turns are fsynced and searchable. Rejects with a MemoryError otherwise; then none of them is kept. */
  remember: Remember;
  /** Sections of the documents replace those of the same document id; only changes are written. */
  ingest(site: string, documents: KnowledgeDocument[], progress?: Progress): Promise<IngestReport>;
  /** The same for files that are read at every start: also removes those that an earlier call brought and this one has no more. */
  mirror(site: string, documents: KnowledgeDocument[], progress?: Progress): Promise<IngestReport>;
  /** False when the site has no such document. */
  forgetDocument(site: string, id: string): Promise<boolean>;
  /** Ids of the site's documents, sorted. */
  documents(site: string): Promise<string[]>;
  eraseVisitor(site: string, visitor: string): Promise<Erased>;
  /** All turns of a visitor, oldest first, and what was read out of them. */
  exportVisitor(site: string, visitor: string): Promise<{ turns: MemoryTurn[]; facts: Fact[] }>;
  /** Erases a site's turns from before a moment (epoch ms); returns how many. */
  expire(site: string, before: number): Promise<number>;
  /** Resolves when no row waits for its vector any more, or the last attempt to make them failed. */
  embedded(): Promise<void>;
  /** Resolves when no conversation is being read for facts. */
  read(): Promise<void>;
  /** Ends what is being read for facts; the next start takes it up again. */
  stopReading(): Promise<void>;
  figures(): Promise<{ turns: TableFigures; sections: TableFigures }>;
  /** Writes what is waiting and lets go of the folder; a second call waits for the first. */
  close(): Promise<void>;
};

/**
 * `uri` is a folder, made when absent. `log` takes one line per message. `embed`: the shipped vectors; `embedder`: others
 * instead of them, with paths from `folder`. Without both, memory goes by words alone. `facts`: what reads facts out of
 * conversations that have paused for `pause` ms; without it there are none but those of before.
 */
export type MemoryOptions = { uri: string; log: (line: string) => void; embed?: Embed | undefined; embedder?: EmbedderConfig | undefined; folder?: string; facts?: { extract: ExtractFacts; pause: number } | undefined };
/** Turns of one visitor in an export. */
const EVERYTHING = 10_000_000;

/**
 * Opens the memory in a folder. Throws a MemoryError: `memory_locked` when another process has it,
 * `memory_unavailable` when it cannot be read or written, each with a sentence for the log.
 */
export async function openMemory({ uri, log: say, embed, embedder: other, folder = process.cwd(), facts }: MemoryOptions): Promise<Memory> {
  await usable(uri);
  const release = lockFolder(uri);
  let embedder: Embedder | null = null;
  /** A chat without vectors is better than none. */
  const goOn = (error: unknown): null => {
    if (!(error instanceof MemoryError) || error.code !== 'memory_away') throw error;
    say(`memory: ${reason(error)}. Until the next start, questions go by their words alone.`);
    return null;
  };
  try {
    embedder = other !== undefined ? await openEmbedder(other, folder).catch(goOn) : embed !== undefined ? fromWords(embed) : null;
    const store = await openStore(uri);
    const left = await replayLog(uri);
    if (left.torn > 0) say(`memory: ${left.torn} unfinished log lines of an earlier process were skipped; no acknowledged turn was among them.`);
    if (left.damaged > 0) say(`memory: ${left.damaged} log lines are damaged and were skipped: as many acknowledged turns are lost. The disk or another program has changed the file.`);
    const log = await openLog(uri);
    const inOrder = serial();
    /** In order, and told in a sentence whatever the tables or the disk say. */
    const told = <T>(job: () => Promise<T>): Promise<T> => inOrder(job).catch((error: unknown) => {
      throw error instanceof MemoryError ? error : new MemoryError('memory_unavailable', `The memory folder ${uri} could not be read or written: ${reason(error)}.`, error);
    });
    const warn = (sentence: string): void => say(`memory: ${sentence}`);
    const shelves = makeShelves(store, embedder);
    const near = embedder === null ? null : makeNearest(store, embedder);
    const library = makeLibrary(store, embedder, near);
    const catchUp = embedder === null ? null : makeCatchUp({ store, shelves, embedder, library, serial: inOrder, warn });
    const flushed = (): void => { if (embedder?.now === null) catchUp?.poke(); };
    const writer = makeTurnWriter({ store, log, shelves, serial: inOrder, embedder, flushed, warn });
    try {
      await writer.recover(left.entries, left.files);
    } catch (error) {
      await log.close();
      store.close();
      throw error;
    }

    catchUp?.poke();
    const reader = facts && makeFactReader({ ...facts, store, shelves, embedder, serial: inOrder, written: flushed, warn });

    async function bring(site: string, job: () => Promise<IngestReport>): Promise<IngestReport> {
      checkedId('site', site);
      return told(async () => {
        const report = await job().finally(() => library.changed(site)); // what failed half way has changed it too
        if (report.written + report.removed > 0) {
          for (const table of ['sections', 'mentions'] as const) await store.tidy(table, new Date(Date.now() - VERSION_MS));
          flushed();
        }
        return report;
      });
    }

    let closed: Promise<void> | null = null;
    async function close(): Promise<void> {
      writer.stop();
      await reader?.stop();
      await catchUp?.stop();
      await inOrder(writer.flush).catch((error: unknown) => say(`memory: turns were left in the log for the next start: ${reason(error)}.`));
      await log.close();
      store.close();
      release();
    }

    return {
      recall: makeRecall({ store, shelves, embedder, sections: makeFindSections(store, library, near), warn }),
      async remember(turns) {
        await writer.remember(turns);
        reader?.heard(turns);
      },
      ingest: (site, documents, progress) => bring(site, () => ingestDocuments({ store, embedder }, site, documents, 'handed', progress)),
      mirror: (site, documents, progress) => bring(site, () => mirrorDocuments({ store, embedder }, site, documents, progress)),
      forgetDocument: (site, id) => told(() => forgetDocument(store, site, id)).finally(() => library.changed(site)),
      documents: (site) => store.documentsOf(site),
      eraseVisitor: (site, visitor) => told(() => {
        reader?.forget(site, visitor);
        return eraseVisitor({ folder: uri, store, shelves, writer }, site, visitor);
      }),
      exportVisitor: (site, visitor) => told(async () => {
        await writer.flush();
        const [rows, facts] = [await store.turnsOf(site, visitor, EVERYTHING), await store.factsOf(site, visitor)];
        const turns = rows.map(({ id, chat, role, name, text, at }) => ({ id, site, visitor, chat, role: role === 'assistant' ? 'assistant' as const : 'user' as const, ...(name === null ? {} : { name }), text, at }));
        return { turns, facts: facts.sort((a, b) => a.at - b.at).map(factOf) };
      }),
      expire: (site, before) => told(() => expireTurns({ store, shelves, writer }, site, before)),
      embedded: async () => catchUp?.settled(),
      read: async () => reader?.settled(),
      stopReading: async () => reader?.stop(),
      figures: async () => ({ turns: await store.figures('turns'), sections: await store.figures('sections') }),
      close: () => (closed ??= close()),
    };
  } catch (error) {
    await embedder?.close();
    release();
    if (error instanceof MemoryError) throw error;
    throw new MemoryError('memory_unavailable', `The memory folder ${uri} cannot be opened: ${reason(error)}.`, error);
  }
}

async function usable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new MemoryError('memory_unavailable', `The memory folder ${folder} cannot be used: ${reason(error)}.`, error);
  }
}
