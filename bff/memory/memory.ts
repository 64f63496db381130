/** The memory of one process: opens the folder, and puts its parts together. */
import { access, constants, mkdir } from 'node:fs/promises';
import type { Recall, Remember } from '../layers.ts';
import type { KnowledgeDocument } from './document.ts';
import { MemoryError, reason } from './errors.ts';
import { checkedId } from './filter.ts';
import { eraseVisitor, type Erased } from './forget.ts';
import { forgetDocument, ingestDocuments, mirrorDocuments, type IngestReport, type Progress } from './ingest.ts';
import { lockFolder } from './lock.ts';
import { openLog, replayLog } from './log.ts';
import { makeRecall } from './recall.ts';
import { serial } from './serial.ts';
import { makeShelves } from './shelf.ts';
import { openStore, type TableFigures } from './store.ts';
import { makeTurnWriter, VERSION_MS } from './turns.ts';

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
  figures(): Promise<{ turns: TableFigures; sections: TableFigures }>;
  /** Writes what is waiting and lets go of the folder; a second call waits for the first. */
  close(): Promise<void>;
};

/** `uri` is a folder, made when absent. `log` takes one line per message. */
export type MemoryOptions = { uri: string; log: (line: string) => void };

/**
 * Opens the memory in a folder. Throws a MemoryError: `memory_locked` when another process has it,
 * `memory_unavailable` when it cannot be read or written, each with a sentence for the log.
 */
export async function openMemory({ uri, log: say }: MemoryOptions): Promise<Memory> {
  await usable(uri);
  const release = lockFolder(uri);
  try {
    const store = await openStore(uri);
    const left = await replayLog(uri);
    if (left.damaged > 0) say(`memory: ${left.damaged} unfinished log lines of an earlier process were skipped; no acknowledged turn was among them unless the disk lost data.`);
    const log = await openLog(uri);
    const inOrder = serial();
    const shelves = makeShelves(store);
    const writer = makeTurnWriter({ store, log, shelves, serial: inOrder, warn: (sentence) => say(`memory: ${sentence}`) });
    try {
      await writer.recover(left.entries, left.files);
    } catch (error) {
      await log.close();
      store.close();
      throw error;
    }

    async function bring(site: string, job: () => Promise<IngestReport>): Promise<IngestReport> {
      checkedId('site', site);
      return inOrder(async () => {
        const report = await job();
        if (report.written + report.removed > 0) await store.tidy('sections', new Date(Date.now() - VERSION_MS));
        return report;
      });
    }

    let closed: Promise<void> | null = null;
    async function close(): Promise<void> {
      writer.stop();
      await inOrder(writer.flush).catch((error: unknown) => say(`memory: turns were left in the log for the next start: ${reason(error)}.`));
      await log.close();
      store.close();
      release();
    }

    return {
      recall: makeRecall(store, shelves),
      remember: (turns) => writer.remember(turns),
      ingest: (site, documents, progress) => bring(site, () => ingestDocuments(store, site, documents, 'handed', progress)),
      mirror: (site, documents, progress) => bring(site, () => mirrorDocuments(store, site, documents, progress)),
      forgetDocument: (site, id) => inOrder(() => forgetDocument(store, site, id)),
      documents: (site) => store.documentsOf(site),
      eraseVisitor: (site, visitor) => inOrder(() => eraseVisitor({ folder: uri, store, shelves, writer }, site, visitor)),
      figures: async () => ({ turns: await store.figures('turns'), sections: await store.figures('sections') }),
      close: () => (closed ??= close()),
    };
  } catch (error) {
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
