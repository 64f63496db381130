/** The tables on disk, and the only file that knows LanceDB: sections of knowledge, the names in them, and turns. */
import { join } from 'node:path';
import type { Query, Table } from '@lancedb/lancedb';
import type { Table as Result } from 'apache-arrow';
import { MemoryError, reason } from './errors.ts';
import { before, keyOf, notBy, ofDocuments, ofKeys, ofOrigin, ofSite, ofVisitor } from './filter.ts';
import { each, sectionRow, turnRow } from './rows.ts';
import { ADDED, checkRow, checkSchema, tableSchema, type MentionRow, type Origin, type SectionRow, type TableName, type TurnRow } from './schema.ts';
import { syncNew } from './sync.ts';

export type Found<Row> = { row: Row; score: number };
export type TableFigures = { rows: number; fragments: number };
/** The tables whose rows have a vector. */
export type Embedded = Exclude<TableName, 'mentions'>;
export type Mention = Pick<MentionRow, 'entity' | 'section' | 'titled'>;

export type Store = {
  /** Adds the turns whose key is not there yet; returns how many that were. */
  addTurns(rows: TurnRow[]): Promise<number>;
  /** A visitor's newest turns, oldest first. */
  turnsOf(site: string, visitor: string, limit: number): Promise<TurnRow[]>;
  /** A visitor's turns by full text, best first; `score` is LanceDB's BM25. */
  findTurns(site: string, visitor: string, query: string, limit: number): Promise<Found<TurnRow>[]>;
  countTurns(site: string, visitor: string): Promise<number>;
  deleteTurns(site: string, visitor: string): Promise<void>;
  /** A site's visitors with turns from before a moment, and how many such turns there are. */
  olderTurns(site: string, at: number): Promise<{ visitors: string[]; rows: number }>;
  deleteOlderTurns(site: string, at: number): Promise<void>;
  /** Writes sections over those of the same key. */
  putSections(rows: SectionRow[]): Promise<void>;
  sectionKeys(site: string, documents: string[]): Promise<Pick<SectionRow, 'key' | 'document' | 'hash'>[]>;
  findSections(site: string, query: string, limit: number): Promise<Found<SectionRow>[]>;
  sectionsOf(keys: string[]): Promise<SectionRow[]>;
  /** The first section of each document. */
  openings(site: string, limit: number): Promise<SectionRow[]>;
  deleteSections(keys: string[]): Promise<void>;
  /** Vectors of a site's sections that an embedder made, at most `limit`. */
  sectionVectors(site: string, embedder: string, limit: number): Promise<{ key: string; vector: Uint8Array }[]>;
  /** The names that sections mention replace those there before. */
  putMentions(sections: string[], rows: MentionRow[]): Promise<void>;
  mentionsOf(site: string, entities: string[], limit: number): Promise<Mention[]>;
  /** Ids of a site's documents, of one origin when it is named. */
  documentsOf(site: string, origin?: Origin): Promise<string[]>;
  /** Rows that wait for a vector of this embedder. */
  turnsWithout(embedder: string, limit: number): Promise<TurnRow[]>;
  sectionsWithout(embedder: string, limit: number): Promise<SectionRow[]>;
  /** Writes rows over those of the same key; rows that are gone meanwhile stay gone. */
  update(table: Embedded, rows: (TurnRow | SectionRow)[]): Promise<void>;
  /** Every text of both tables, for the check after an erasure. */
  texts(): Promise<string[]>;
  /** Resolves when everything written to the turns is on the disk itself; LanceDB leaves it to the page cache. */
  settle(): Promise<void>;
  figures(table: TableName): Promise<TableFigures>;
  /** Merges small fragments, indexes new rows, removes versions older than `olderThan`. */
  tidy(table: TableName, olderThan: Date): Promise<void>;
  /**
   * Moves every row into new files, rebuilds the indexes from them and removes all files before. Compaction alone
   * leaves deleted text where a file has few deleted rows, and only a version's clean-up removes files at all.
   */
  rewrite(table: Embedded): Promise<void>;
  close(): void;
};

/** Which columns have an index for exact values, beside the full text of `search`. */
const INDEXED: Record<TableName, string[]> = { turns: ['key', 'visitor'], sections: ['key', 'document'], mentions: ['entity', 'section'] };
/** What a visitor's turn is read for: the rest is known, and every column costs time. */
const TURN_COLUMNS = ['id', 'chat', 'role', 'name', 'text', 'at', 'seq', 'embedder', 'vector'];
/** Keys in one filter. */
const KEYS = 500;

/**
 * Opens or creates the tables in `folder` and runs one query on each, so that the first visitor does not pay for
 * it. Throws `memory_unavailable` when the folder holds something else or cannot be read.
 */
export async function openStore(folder: string): Promise<Store> {
  process.env['RUST_LOG'] ??= 'error';
  const lancedb = await import('@lancedb/lancedb');
  const tables = await openTables().catch((error: unknown) => {
    if (error instanceof MemoryError) throw error;
    throw new MemoryError('memory_unavailable', `The memory tables in ${folder} cannot be opened: ${reason(error)}.`, error);
  });

  const synced = new Set<string>();

  async function openTables(): Promise<Record<TableName, Table>> {
    const database = await lancedb.connect(folder);
    const existing = await database.tableNames();
    const open = async (name: TableName): Promise<Table> => {
      const table = existing.includes(name) ? await database.openTable(name) : await database.createEmptyTable(name, tableSchema(name));
      if (name !== 'mentions' && !(await table.schema()).fields.some((field) => field.name === 'vector')) await table.addColumns(ADDED);
      checkSchema(name, await table.schema());
      const indexes = await table.listIndices();
      if (indexes.length < INDEXED[name].length + Number(name !== 'mentions')) await index(name, table);
      if (name !== 'mentions') await warm(table);
      return table;
    };
    return { turns: await open('turns'), sections: await open('sections'), mentions: await open('mentions') };
  }

  /** Asks for what a row there says, so that index and columns are read and the code is compiled before a visitor asks. */
  async function warm(table: Table): Promise<void> {
    const [query = 'nothing'] = each(await table.query().select(['search']).limit(1).toArrow(), (from, at) => from.text('search', at).slice(0, 200));
    for (let round = 0; round < 3; round++) await search(table, "key != ''", query, 40);
  }

  async function index(name: TableName, table: Table): Promise<void> {
    const words = lancedb.Index.fts({ withPosition: false, baseTokenizer: 'simple', language: 'English', stem: true, removeStopWords: true, asciiFolding: true, maxTokenLength: 64 });
    if (name !== 'mentions') await table.createIndex('search', { config: words, replace: true });
    for (const column of INDEXED[name]) await table.createIndex(column, { config: lancedb.Index.btree(), replace: true });
  }

  function search(table: Table, filter: string, query: string, limit: number): Promise<Result> {
    return read(() => table.query().fullTextSearch(new lancedb.MatchQuery(query, 'search')).where(filter).limit(limit));
  }

  /** Nothing at all is often a slip of the pen: a few sections with words that are nearly the long ones of the query. */
  async function searchMisspelt(filter: string, query: string): Promise<Result | null> {
    const long = query.split(' ').filter((word) => word.length >= 6).join(' ');
    const slips = new lancedb.MatchQuery(long, 'search', { fuzziness: 2, prefixLength: 2 });
    return long === '' ? null : read(() => tables.sections.query().fullTextSearch(slips).where(filter).limit(3));
  }

  const rowsOf = (table: Table, filter: string): Query => table.query().where(filter);

  return {
    async addTurns(rows) {
      for (const row of rows) checkRow('turns', row);
      const result = await tables.turns.mergeInsert('key').whenNotMatchedInsertAll().execute(rows);
      return Number(result.numInsertedRows);
    },
    async turnsOf(site, visitor, limit) {
      const filter = ofVisitor(site, visitor);
      const some = await read(() => rowsOf(tables.turns, filter).select(TURN_COLUMNS).limit(limit + 1));
      // Nearly every visitor has fewer: ordering them here is cheaper than in the query.
      const whole = (row: TurnRow): TurnRow => ({ ...row, site, visitor, key: keyOf(site, visitor, row.id), size: row.vector?.length ?? null });
      if (some.numRows <= limit) return each(some, turnRow).map(whole).sort((a, b) => a.at - b.at || a.seq - b.seq);
      const newest = { columnName: 'at', ascending: false };
      const rows = await read(() => rowsOf(tables.turns, filter).orderBy([newest, { ...newest, columnName: 'seq' }]).select(TURN_COLUMNS).limit(limit));
      return each(rows, turnRow).map(whole).reverse();
    },
    async findTurns(site, visitor, query, limit) {
      const found = await search(tables.turns, ofVisitor(site, visitor), query, limit);
      return each(found, (from, at) => ({ row: turnRow(from, at), score: from.number('_score', at) }));
    },
    countTurns: (site, visitor) => tables.turns.countRows(ofVisitor(site, visitor)),
    async deleteTurns(site, visitor) {
      await tables.turns.delete(ofVisitor(site, visitor));
    },
    async olderTurns(site, at) {
      const visitors = each(await read(() => rowsOf(tables.turns, `${ofSite(site)} AND ${before(at)}`).select(['visitor'])), (from, n) => from.text('visitor', n));
      return { visitors: [...new Set(visitors)], rows: visitors.length };
    },
    async deleteOlderTurns(site, at) {
      await tables.turns.delete(`${ofSite(site)} AND ${before(at)}`);
    },
    async putSections(rows) {
      for (const row of rows) checkRow('sections', row);
      await tables.sections.mergeInsert('key').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
    },
    async sectionKeys(site, documents) {
      const rows = await read(() => rowsOf(tables.sections, ofDocuments(site, documents)).select(['key', 'document', 'hash']));
      return each(rows, (from, at) => ({ key: from.text('key', at), document: from.text('document', at), hash: from.text('hash', at) }));
    },
    async findSections(site, query, limit) {
      const exact = await search(tables.sections, ofSite(site), query, limit);
      const found = exact.numRows > 0 ? exact : await searchMisspelt(ofSite(site), query);
      return found === null ? [] : each(found, (from, at) => ({ row: sectionRow(from, at), score: from.number('_score', at) }));
    },
    sectionsOf: async (keys) => (keys.length === 0 ? [] : each(await read(() => rowsOf(tables.sections, ofKeys(keys))), sectionRow)),
    openings: async (site, limit) => each(await read(() => rowsOf(tables.sections, `${ofSite(site)} AND ordinal = 0`).limit(limit)), sectionRow),
    async deleteSections(keys) {
      await tables.sections.delete(ofKeys(keys));
    },
    async sectionVectors(site, embedder, limit) {
      const rows = await read(() => rowsOf(tables.sections, `${ofSite(site)} AND NOT ${notBy(embedder)}`).select(['key', 'vector']).limit(limit));
      return each(rows, (from, at) => ({ key: from.text('key', at), vector: from.bytes('vector', at) })).flatMap(({ key, vector }) => (vector === null ? [] : [{ key, vector }]));
    },
    async putMentions(sections, rows) {
      for (const row of rows) checkRow('mentions', row);
      for (let at = 0; at < sections.length; at += KEYS) await tables.mentions.delete(ofKeys(sections.slice(at, at + KEYS), 'section'));
      if (rows.length > 0) await tables.mentions.add(rows);
    },
    async mentionsOf(site, entities, limit) {
      if (entities.length === 0) return [];
      const rows = await read(() => rowsOf(tables.mentions, `${ofKeys(entities, 'entity')} AND ${ofSite(site)}`).select(['entity', 'section', 'titled']).limit(limit));
      return each(rows, (from, at) => ({ entity: from.text('entity', at), section: from.text('section', at), titled: from.number('titled', at) }));
    },
    async documentsOf(site, origin) {
      const filter = origin === undefined ? ofSite(site) : ofOrigin(site, origin);
      const rows = await read(() => rowsOf(tables.sections, filter).select(['document']));
      return [...new Set(each(rows, (from, at) => from.text('document', at)))].sort();
    },
    turnsWithout: async (embedder, limit) => each(await read(() => rowsOf(tables.turns, notBy(embedder)).limit(limit)), turnRow),
    sectionsWithout: async (embedder, limit) => each(await read(() => rowsOf(tables.sections, notBy(embedder)).limit(limit)), sectionRow),
    async update(name, rows) {
      for (const row of rows) checkRow(name, row);
      await tables[name].mergeInsert('key').whenMatchedUpdateAll().execute(rows);
    },
    async texts() {
      const found = await Promise.all([tables.turns.query().select(['text']).toArrow(), tables.sections.query().select(['text']).toArrow()]);
      return found.flatMap((table) => each(table, (from, at) => from.text('text', at)));
    },
    settle: () => syncNew(join(folder, 'turns.lance'), synced),
    async figures(name) {
      const stats = await tables[name].stats();
      return { rows: stats.numRows, fragments: stats.fragmentStats.numFragments };
    },
    async tidy(name, olderThan) {
      await tables[name].optimize({ cleanupOlderThan: olderThan });
    },
    async rewrite(name) {
      await tables[name].update({ where: 'true', valuesSql: { key: 'key' } });
      // New indexes at once: bringing the old ones up to date first takes three times as long.
      await index(name, tables[name]);
      // A clean-up keeps versions younger than its date; this one is later than any of them.
      await tables[name].optimize({ cleanupOlderThan: new Date(Date.now() + 1_000), deleteUnverified: true });
    },
    close() {
      for (const table of Object.values(tables)) table.close();
    },
  };
}

/** Reads, once more if need be: a clean-up may take a file from under a running query, and by then there is a newer version. */
async function read(query: () => Pick<Query, 'toArrow'>): Promise<Result> {
  try {
    return await query().toArrow();
  } catch {
    return query().toArrow();
  }
}
