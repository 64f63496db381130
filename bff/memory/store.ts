/** The tables on disk, and the only file that knows LanceDB: sections of knowledge, and turns. */
import { join } from 'node:path';
import type { Table } from '@lancedb/lancedb';
import { MemoryError, reason } from './errors.ts';
import { ofDocuments, ofKeys, ofOrigin, ofSite, ofVisitor } from './filter.ts';
import { checkRow, checkSchema, tableSchema, type Origin, type SectionRow, type TableName, type TurnRow } from './schema.ts';
import { syncNew } from './sync.ts';

export type Found<Row> = { row: Row; score: number };
export type TableFigures = { rows: number; fragments: number };

export type Store = {
  /** Adds the turns whose key is not there yet; returns how many that were. */
  addTurns(rows: TurnRow[]): Promise<number>;
  /** A visitor's newest turns, oldest first. */
  turnsOf(site: string, visitor: string, limit: number): Promise<TurnRow[]>;
  /** A visitor's turns by full text, best first; `score` is LanceDB's BM25. */
  findTurns(site: string, visitor: string, query: string, limit: number): Promise<Found<TurnRow>[]>;
  countTurns(site: string, visitor: string): Promise<number>;
  deleteTurns(site: string, visitor: string): Promise<void>;
  /** Writes sections over those of the same key. */
  putSections(rows: SectionRow[]): Promise<void>;
  sectionKeys(site: string, documents: string[]): Promise<Pick<SectionRow, 'key' | 'document' | 'hash'>[]>;
  findSections(site: string, query: string, limit: number): Promise<Found<SectionRow>[]>;
  /** The first section of each document. */
  openings(site: string, limit: number): Promise<SectionRow[]>;
  deleteSections(keys: string[]): Promise<void>;
  /** Ids of a site's documents, of one origin when it is named. */
  documentsOf(site: string, origin?: Origin): Promise<string[]>;
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
  rewrite(table: TableName): Promise<void>;
  close(): void;
};

/** Which columns have an index for exact values, beside the full text of `search`. */
const INDEXED: Record<TableName, string[]> = { turns: ['key', 'visitor'], sections: ['key', 'document'] };

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
      checkSchema(name, await table.schema());
      const indexes = await table.listIndices();
      if (indexes.length < INDEXED[name].length + 1) await index(name, table);
      await warm(table);
      return table;
    };
    return { turns: await open('turns'), sections: await open('sections') };
  }

  /** Asks for what a row there says, so that index and columns are read and the code is compiled before a visitor asks. */
  async function warm(table: Table): Promise<void> {
    const [row] = await table.query().limit(1).toArray();
    const query = row === undefined ? 'nothing' : text(row, 'search').slice(0, 200);
    for (let round = 0; round < 3; round++) await search(table, "key != ''", query, 40);
  }

  async function index(name: TableName, table: Table): Promise<void> {
    const words = lancedb.Index.fts({ withPosition: false, baseTokenizer: 'simple', language: 'English', stem: true, removeStopWords: true, asciiFolding: true, maxTokenLength: 64 });
    await table.createIndex('search', { config: words, replace: true });
    for (const column of INDEXED[name]) await table.createIndex(column, { config: lancedb.Index.btree(), replace: true });
  }

  function search(table: Table, filter: string, query: string, limit: number): Promise<unknown[]> {
    return read(() => table.query().fullTextSearch(new lancedb.MatchQuery(query, 'search')).where(filter).limit(limit).toArray());
  }

  /** Nothing at all is often a slip of the pen: a few sections with words that are nearly the long ones of the query. */
  async function searchMisspelt(filter: string, query: string): Promise<unknown[]> {
    const long = query.split(' ').filter((word) => word.length >= 6).join(' ');
    const slips = new lancedb.MatchQuery(long, 'search', { fuzziness: 2, prefixLength: 2 });
    return long === '' ? [] : read(() => tables.sections.query().fullTextSearch(slips).where(filter).limit(3).toArray());
  }

  return {
    async addTurns(rows) {
      for (const row of rows) checkRow('turns', row);
      const result = await tables.turns.mergeInsert('key').whenNotMatchedInsertAll().execute(rows);
      return Number(result.numInsertedRows);
    },
    async turnsOf(site, visitor, limit) {
      const newest = { columnName: 'at', ascending: false };
      const order = [newest, { ...newest, columnName: 'seq' }];
      const rows = await read(() => tables.turns.query().where(ofVisitor(site, visitor)).orderBy(order).limit(limit).toArray());
      return rows.map(turnRow).reverse();
    },
    async findTurns(site, visitor, query, limit) {
      const rows = await search(tables.turns, ofVisitor(site, visitor), query, limit);
      return rows.map((row) => ({ row: turnRow(row), score: scoreOf(row) }));
    },
    countTurns: (site, visitor) => tables.turns.countRows(ofVisitor(site, visitor)),
    async deleteTurns(site, visitor) {
      await tables.turns.delete(ofVisitor(site, visitor));
    },
    async putSections(rows) {
      for (const row of rows) checkRow('sections', row);
      await tables.sections.mergeInsert('key').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
    },
    async sectionKeys(site, documents) {
      const rows = await read(() => tables.sections.query().where(ofDocuments(site, documents)).select(['key', 'document', 'hash']).toArray());
      return rows.map((row) => ({ key: text(row, 'key'), document: text(row, 'document'), hash: text(row, 'hash') }));
    },
    async findSections(site, query, limit) {
      const exact = await search(tables.sections, ofSite(site), query, limit);
      const rows = exact.length > 0 ? exact : await searchMisspelt(ofSite(site), query);
      return rows.map((row) => ({ row: sectionRow(row), score: scoreOf(row) }));
    },
    async openings(site, limit) {
      const rows = await read(() => tables.sections.query().where(`${ofSite(site)} AND ordinal = 0`).limit(limit).toArray());
      return rows.map(sectionRow);
    },
    async deleteSections(keys) {
      await tables.sections.delete(ofKeys(keys));
    },
    async documentsOf(site, origin) {
      const filter = origin === undefined ? ofSite(site) : ofOrigin(site, origin);
      const rows = await read(() => tables.sections.query().where(filter).select(['document']).toArray());
      return [...new Set(rows.map((row) => text(row, 'document')))].sort();
    },
    async texts() {
      const rows = await Promise.all([tables.turns.query().select(['text']).toArray(), tables.sections.query().select(['text']).toArray()]);
      return rows.flat().map((row) => text(row, 'text'));
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
      await tables[name].optimize();
      await index(name, tables[name]);
      // A clean-up keeps versions younger than its date; this one is later than any of them.
      await tables[name].optimize({ cleanupOlderThan: new Date(Date.now() + 1_000), deleteUnverified: true });
    },
    close() {
      tables.turns.close();
      tables.sections.close();
    },
  };
}

/** Reads, once more if need be: a clean-up may take a file from under a running query, and by then there is a newer version. */
async function read(query: () => Promise<unknown[]>): Promise<unknown[]> {
  try {
    return await query();
  } catch {
    return query();
  }
}

/** A column of a row that LanceDB returned; 64-bit numbers come as BigInt. */
function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? (row as Record<string, unknown>)[name] : undefined;
}
function text(row: unknown, name: string): string {
  return String(column(row, name));
}
function maybe(row: unknown, name: string): string | null {
  const value = column(row, name);
  return typeof value === 'string' ? value : null;
}
function number(row: unknown, name: string): number {
  return Number(column(row, name));
}
function scoreOf(row: unknown): number {
  return number(row, '_score');
}
function turnRow(row: unknown): TurnRow {
  return {
    key: text(row, 'key'), site: text(row, 'site'), visitor: text(row, 'visitor'), id: text(row, 'id'), chat: text(row, 'chat'), role: text(row, 'role'),
    name: maybe(row, 'name'), text: text(row, 'text'), search: text(row, 'search'), at: number(row, 'at'), seq: number(row, 'seq'),
  };
}
function sectionRow(row: unknown): SectionRow {
  return {
    key: text(row, 'key'), site: text(row, 'site'), document: text(row, 'document'), ordinal: number(row, 'ordinal'), title: text(row, 'title'),
    heading: maybe(row, 'heading'), url: maybe(row, 'url'), text: text(row, 'text'), search: text(row, 'search'),
    at: column(row, 'at') === null ? null : number(row, 'at'),
    origin: text(row, 'origin') === 'files' ? 'files' : 'handed', hash: text(row, 'hash'),
  };
}
