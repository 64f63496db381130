/** Documents into the table of sections: only what changed is written, what vanished is removed. */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Section } from './blocks.ts';
import { documentSections, type KnowledgeDocument } from './document.ts';
import { MemoryError, reason } from './errors.ts';
import { checkedId, keyOf } from './filter.ts';
import { namesIn, plain } from './graph.ts';
import { isMoment } from './moment.ts';
import type { MentionRow, Origin, SectionRow } from './schema.ts';
import type { Store } from './store.ts';
import { keep, UNEMBEDDED, type Embedder } from './vectors.ts';
import { searchable } from './words.ts';

/** `sections`: those the documents have now; `written` new or changed, `kept` unchanged, `removed` gone. */
export type IngestReport = { documents: number; sections: number; written: number; kept: number; removed: number };
/** Called after each batch with the documents done so far. */
export type Progress = (done: number, total: number) => void;

/** Documents handled in one read and one write of the table. */
const BATCH = 50;
/** A batch takes well under a second (ms). */
const EMBED_MS = 60_000;

export type IngestParts = { store: Store; embedder: Embedder | null };

/** Brings the table to what the documents say. A document of the same id replaces the one before; of two in one call the later counts. Call inside `serial`. */
export async function ingestDocuments({ store, embedder }: IngestParts, site: string, documents: KnowledgeDocument[], origin: Origin, progress?: Progress): Promise<IngestReport> {
  const latest = [...new Map(documents.map((document) => [checkedId('document', document.id), document])).values()];
  const report: IngestReport = { documents: latest.length, sections: 0, written: 0, kept: 0, removed: 0 };
  for (let at = 0; at < latest.length; at += BATCH) {
    const batch = latest.slice(at, at + BATCH);
    const rows: SectionRow[] = [];
    for (const document of batch) {
      rows.push(...await rowsOf(site, document, origin));
      await setImmediate(); // Parsing is work for this thread; turns of visitors get in between.
    }
    const before = new Map((await store.sectionKeys(site, batch.map((document) => document.id))).map((row) => [row.key, row.hash]));
    const changed = rows.filter((row) => before.get(row.key) !== row.hash);
    const now = new Set(rows.map((row) => row.key));
    const gone = [...before.keys()].filter((key) => !now.has(key));
    await embed(changed, embedder);
    await store.putMentions([...gone, ...changed.map((row) => row.key).filter((key) => before.has(key))], changed.flatMap(mentionsOf));
    if (changed.length > 0) await store.putSections(changed);
    if (gone.length > 0) await store.deleteSections(gone);
    report.sections += rows.length;
    report.written += changed.length;
    report.kept += rows.length - changed.length;
    report.removed += gone.length;
    progress?.(Math.min(at + BATCH, latest.length), latest.length);
  }
  return report;
}

/** As `ingestDocuments`, and removes what an earlier mirror brought and this one has no more. Documents handed in stay. Call inside `serial`. */
export async function mirrorDocuments(parts: IngestParts, site: string, documents: KnowledgeDocument[], progress?: Progress): Promise<IngestReport> {
  const { store } = parts;
  const report = await ingestDocuments(parts, site, documents, 'files', progress);
  const now = new Set(documents.map((document) => document.id));
  const gone = (await store.documentsOf(site, 'files')).filter((id) => !now.has(id));
  for (let at = 0; at < gone.length; at += BATCH) {
    const keys = (await store.sectionKeys(site, gone.slice(at, at + BATCH))).map((row) => row.key);
    await store.putMentions(keys, []);
    await store.deleteSections(keys);
    report.removed += keys.length;
  }
  return report;
}

/** Removes a document; false when there was none of that id. Call inside `serial`. */
export async function forgetDocument(store: Store, site: string, id: string): Promise<boolean> {
  const keys = (await store.sectionKeys(site, [id])).map((row) => row.key);
  if (keys.length === 0) return false;
  await store.putMentions(keys, []);
  await store.deleteSections(keys);
  return true;
}

async function rowsOf(site: string, document: KnowledgeDocument, origin: Origin): Promise<SectionRow[]> {
  if (typeof document.text !== 'string' || typeof document.title !== 'string') throw new MemoryError('memory_bad_value', `Document ${document.id} needs a title and text.`);
  if (document.at !== undefined && !isMoment(document.at)) throw new MemoryError('memory_bad_value', `Document ${document.id} has a time that no calendar has: expected epoch milliseconds.`);
  const title = document.title.slice(0, 300).toWellFormed();
  return (await sectionsOf({ ...document, title })).map((section, ordinal) => {
    const text = section.text.toWellFormed();
    const url = document.url === undefined ? null : section.anchor === null || document.url.includes('#') ? document.url : `${document.url}#${encodeURIComponent(section.anchor)}`;
    const heading = section.heading?.toWellFormed() ?? null;
    const at = document.at ?? null;
    const all = sectionText({ title, heading, text });
    const search = searchable(all);
    const hash = createHash('sha256').update(JSON.stringify([title, heading, url, text, at, origin, ...(search === all ? [] : [search])])).digest('hex');
    return { ...UNEMBEDDED, key: keyOf(site, document.id, ordinal), site, document: document.id, ordinal, title, heading, url, text, search, at, origin, hash };
  });
}

/** All that a reader sees of a section: what its vector is made of. */
export function sectionText({ title, heading, text }: Pick<SectionRow, 'title' | 'heading' | 'text'>): string {
  return [title, heading ?? '', text].join('\n');
}

/** Vectors, where that takes no call to anybody; the others get theirs later. */
async function embed(rows: SectionRow[], embedder: Embedder | null): Promise<void> {
  if (embedder?.now === null || embedder === null) return;
  const vectors = await embedder.embed(rows.map(sectionText), AbortSignal.timeout(EMBED_MS));
  for (const [n, row] of rows.entries()) Object.assign(row, keep(embedder, vectors[n] ?? null));
}

/** A section mentions its document's title and the names in its text. */
function mentionsOf({ site, key, title, text }: SectionRow): MentionRow[] {
  const titled = plain(title);
  const names = new Set([titled, ...namesIn(text)].filter((name) => name !== ''));
  return [...names].map((name) => ({ entity: keyOf(site, name), name, site, section: key, titled: Number(name === titled) }));
}

async function sectionsOf(document: KnowledgeDocument): Promise<Section[]> {
  try {
    return await documentSections(document);
  } catch (error) {
    throw new MemoryError('memory_bad_value', `Document ${document.id} cannot be read: ${reason(error)}.`, error);
  }
}
