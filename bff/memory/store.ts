/** The tables on disk, and the only file that knows LanceDB: sections of knowledge, the names in them, turns, and facts read out of turns. */
import { join } from 'node:path';
import type { Query, Table } from '@lancedb/lancedb';
import type { Table as Result } from 'apache-arrow';
import { MemoryError, reason } from './errors.ts';
import { before, keyOf, nameOf, notBy, ofChat, ofDocuments, ofKeys, ofOrigin, ofSite, ofVisitor, since, upTo } from './filter.ts';
import { each, factRow, sectionRow, turnRow, type Reader } from './rows.ts';
import { ADDED, checkRow, checkSchema, tableSchema, type TableName, type TurnRow } from './schema.ts';
import type { Embedded, Mention, Place, RowOf, Store } from './store.types.ts';
import { syncNew } from './sync.ts';

export type { Embedded, Mention, Place, RowOf, Store, TableFigures } from './store.types.ts';

/** The tables with what visitors said. */
const PERSONAL = ['turns', 'facts', 'readings'] as const;
/** Which columns have an index for exact values, beside the full text of `search`. */
const INDEXED: Record<TableName, string[]> = { turns: ['key', 'visitor'], sections: ['key', 'document'], mentions: ['entity', 'section'], facts: ['key', 'visitor'], readings: ['key'] };
/** Those with a full text. Facts have none: a visitor's few are all in the process when they are looked through. */
const SEARCHED: TableName[] = ['turns', 'sections'];
const readRow: { [Name in Embedded]: (from: Reader, at: number) => RowOf[Name] } = { turns: turnRow, sections: sectionRow, facts: factRow };
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
  /** Sites that were seen to have no section: theirs are not searched. `written` tells a look from a write beside it. */
  const bare = new Set<string>();
  let written = 0;
  /** Without facts nobody pays for looking for some. */
  let anyFacts = (await tables.facts.countRows()) > 0;

  async function openTables(): Promise<Record<TableName, Table>> {
    const database = await lancedb.connect(folder);
    const existing = await database.tableNames();
    const open = async (name: TableName): Promise<Table> => {
      const table = existing.includes(name) ? await database.openTable(name) : await database.createEmptyTable(name, tableSchema(name));
      if (SEARCHED.includes(name) && !(await table.schema()).fields.some((field) => field.name === 'vector')) await table.addColumns(ADDED);
      checkSchema(name, await table.schema());
      // An index holds nothing that the rows do not: one that is missing or damaged is made. Damaged rows fail the second time as well.
      await warm(name, table).catch(async () => {
        await index(name, table);
        await warm(name, table);
      });
      return table;
    };
    return { turns: await open('turns'), sections: await open('sections'), mentions: await open('mentions'), facts: await open('facts'), readings: await open('readings') };
  }

  /** Asks for what a row there says, so that index and columns are read and the code is compiled before a visitor asks. Throws when an index is missing or cannot be read. */
  async function warm(name: TableName, table: Table): Promise<void> {
    if ((await table.listIndices()).length < INDEXED[name].length + Number(SEARCHED.includes(name))) throw new Error(`an index of ${name} is missing`);
    for (const column of INDEXED[name]) await table.query().where(`${column} = ''`).limit(1).toArrow();
    if (!SEARCHED.includes(name)) return;
    const [query = 'nothing'] = each(await table.query().select(['search']).limit(1).toArrow(), (from, at) => from.text('search', at).slice(0, 200));
    for (let round = 0; round < 3; round++) await read(() => search(table, "key != ''", query, 40));
  }

  async function index(name: TableName, table: Table): Promise<void> {
    const words = lancedb.Index.fts({ withPosition: false, baseTokenizer: 'simple', language: 'English', stem: true, removeStopWords: true, asciiFolding: true, maxTokenLength: 64 });
    if (SEARCHED.includes(name)) await table.createIndex('search', { config: words, replace: true });
    for (const column of INDEXED[name]) await table.createIndex(column, { config: lancedb.Index.btree(), replace: true });
  }

  function search(table: Table, filter: string, query: string, limit: number): Query {
    return table.query().fullTextSearch(new lancedb.MatchQuery(query, 'search')).where(filter).limit(limit);
  }

  async function isBare(site: string): Promise<boolean> {
    const before = written;
    const none = (await tables.sections.countRows(ofSite(site))) === 0;
    if (none && before === written) bare.add(site);
    return none;
  }

  /** Nothing at all is often a slip of the pen: a few sections with words that are nearly the long ones of the query. */
  function searchMisspelt(filter: string, query: string): Query | null {
    const long = query.split(' ').filter((word) => word.length >= 6).join(' ');
    const slips = new lancedb.MatchQuery(long, 'search', { fuzziness: 2, prefixLength: 2 });
    return long === '' ? null : tables.sections.query().fullTextSearch(slips).where(filter).limit(3);
  }

  async function deletePersonal(filter: string): Promise<TableName[]> {
    const touched: TableName[] = [];
    for (const name of PERSONAL) {
      if ((await tables[name].countRows()) === 0) continue;
      await tables[name].delete(filter);
      touched.push(name);
    }
    return touched;
  }

  async function mentions(filter: string, limit: number): Promise<Mention[]> {
    const rows = await read(() => rowsOf(tables.mentions, filter).select(['entity', 'section', 'titled']).limit(limit));
    return each(rows, (from, at) => ({ entity: from.text('entity', at), section: from.text('section', at), titled: from.number('titled', at) }));
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
    async turnsAround({ site, visitor, chat }, seq, before, after) {
      const of = `${ofVisitor(site, visitor)} AND ${ofChat(chat)} AND`;
      const ordered = (filter: string, ascending: boolean, limit: number) => read(() => rowsOf(tables.turns, `${of} ${filter}`).orderBy([{ columnName: 'seq', ascending }]).limit(limit));
      const [earlier, later] = await Promise.all([ordered(upTo(seq), false, before), ordered(since(seq), true, after)]);
      return [...each(earlier, turnRow).reverse(), ...each(later, turnRow)];
    },
    async findTurns(site, visitor, query, limit) {
      const found = await read(() => search(tables.turns, ofVisitor(site, visitor), query, limit));
      return each(found, (from, at) => ({ row: turnRow(from, at), score: from.number('_score', at) }));
    },
    countTurns: (site, visitor) => tables.turns.countRows(ofVisitor(site, visitor)),
    deleteVisitor: (site, visitor) => deletePersonal(ofVisitor(site, visitor)),
    async older(site, at) {
      const filter = `${ofSite(site)} AND ${before(at)}`;
      const visitors = await Promise.all(PERSONAL.map(async (name) => each(await read(() => rowsOf(tables[name], filter).select(['visitor'])), (from, n) => from.text('visitor', n))));
      return { visitors: [...new Set(visitors.flat())], turns: visitors[PERSONAL.indexOf('turns')]?.length ?? 0 };
    },
    deleteOlder: (site, at) => deletePersonal(`${ofSite(site)} AND ${before(at)}`),
    factsOf: async (site, visitor) => (anyFacts ? each(await read(() => rowsOf(tables.facts, ofVisitor(site, visitor))), factRow) : []),
    async putFacts(rows) {
      for (const row of rows) checkRow('facts', row);
      if (rows.length === 0) return;
      await tables.facts.mergeInsert('key').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
      anyFacts = true;
    },
    async readUpTo({ site, visitor, chat }) {
      const [seq] = each(await read(() => rowsOf(tables.readings, ofKeys([keyOf(site, visitor, chat)])).select(['seq'])), (from, at) => from.number('seq', at));
      return seq ?? 0;
    },
    async putReading(row) {
      checkRow('readings', row);
      await tables.readings.mergeInsert('key').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute([row]);
    },
    async unread(seq) {
      const place = (from: Reader, at: number): Place => ({ site: from.text('site', at), visitor: from.text('visitor', at), chat: from.text('chat', at) });
      const columns = ['site', 'visitor', 'chat', 'seq'];
      const found = new Map<string, Place>();
      const upTo = new Map<string, number>();
      // Part by part: all of a busy week at once would hold up visitors.
      for await (const part of rowsOf(tables.readings, since(seq)).select(columns)) each(part, (from, at) => upTo.set(nameOf(place(from, at)), from.number('seq', at)));
      for await (const part of rowsOf(tables.turns, since(seq)).select(columns)) {
        each(part, (from, at) => {
          const chat = place(from, at);
          if (from.number('seq', at) > (upTo.get(nameOf(chat)) ?? 0)) found.set(nameOf(chat), chat);
        });
      }
      return [...found.values()];
    },
    async putSections(rows) {
      for (const row of rows) checkRow('sections', row);
      await tables.sections.mergeInsert('key').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
      written += 1;
      for (const { site } of rows) bare.delete(site);
    },
    async sectionKeys(site, documents) {
      const rows = await read(() => rowsOf(tables.sections, ofDocuments(site, documents)).select(['key', 'document', 'hash']));
      return each(rows, (from, at) => ({ key: from.text('key', at), document: from.text('document', at), hash: from.text('hash', at) }));
    },
    async findSections(site, query, limit) {
      if (bare.has(site)) return [];
      const keys = async (asked: Query | null) => (asked === null ? [] : each(await read(() => asked.select(['key', '_score'])), (from, at) => ({ key: from.text('key', at), score: from.number('_score', at) })));
      const found = await keys(search(tables.sections, ofSite(site), query, limit));
      return found.length > 0 || (await isBare(site)) ? found : keys(searchMisspelt(ofSite(site), query));
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
      return mentions(`${ofKeys(entities, 'entity')} AND ${ofSite(site)}`, limit);
    },
    mentionsIn: (site, limit) => mentions(ofSite(site), limit),
    async documentsOf(site, origin) {
      const filter = origin === undefined ? ofSite(site) : ofOrigin(site, origin);
      const rows = await read(() => rowsOf(tables.sections, filter).select(['document']));
      return [...new Set(each(rows, (from, at) => from.text('document', at)))].sort();
    },
    without: async (name, embedder, limit) => each(await read(() => rowsOf(tables[name], notBy(embedder)).limit(limit)), readRow[name]),
    async update(name, rows) {
      for (const row of rows) checkRow(name, row);
      await tables[name].mergeInsert('key').whenMatchedUpdateAll().execute(rows);
    },
    async texts() {
      const found = await Promise.all([tables.turns, tables.sections, tables.facts].map((table) => table.query().select(['text']).toArrow()));
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
