/** What the tables are asked for, as types; `store.ts` answers. */
import type { FactRow, MentionRow, Origin, ReadingRow, SectionRow, TableName, TurnRow } from './schema.ts';

export type Found<Row> = { row: Row; score: number };
export type TableFigures = { rows: number; fragments: number };
/** The tables whose rows have a vector. */
export type Embedded = 'turns' | 'sections' | 'facts';
export type RowOf = { turns: TurnRow; sections: SectionRow; facts: FactRow };
export type Place = Pick<TurnRow, 'site' | 'visitor' | 'chat'>;
export type Mention = Pick<MentionRow, 'entity' | 'section' | 'titled'>;

export type Store = {
  /** Adds the turns whose key is not there yet; returns how many that were. */
  addTurns(rows: TurnRow[]): Promise<number>;
  /** A visitor's newest turns, oldest first. */
  turnsOf(site: string, visitor: string, limit: number): Promise<TurnRow[]>;
  /** The last `before` turns of a chat that arrived up to `seq`, and the first `after` behind them, in the order of arrival. */
  turnsAround(place: Place, seq: number, before: number, after: number): Promise<TurnRow[]>;
  /** A visitor's turns by full text, best first; `score` is LanceDB's BM25. */
  findTurns(site: string, visitor: string, query: string, limit: number): Promise<Found<TurnRow>[]>;
  countTurns(site: string, visitor: string): Promise<number>;
  /** All of a visitor: turns, facts, and how far they were read. Returns the tables to rewrite: a deletion leaves a note with its filter. */
  deleteVisitor(site: string, visitor: string): Promise<TableName[]>;
  /** A site's visitors of whom something is from before a moment, and how many of their turns are. */
  older(site: string, at: number): Promise<{ visitors: string[]; turns: number }>;
  /** The same of what the visitors of a site said before a moment. */
  deleteOlder(site: string, at: number): Promise<TableName[]>;
  /** All facts of a visitor, also those that are past. */
  factsOf(site: string, visitor: string): Promise<FactRow[]>;
  /** Writes facts over those of the same key. */
  putFacts(rows: FactRow[]): Promise<void>;
  /** The `seq` up to which a chat was read for facts; 0 when never. */
  readUpTo(place: Place): Promise<number>;
  putReading(row: ReadingRow): Promise<void>;
  /** Chats with turns that arrived after `seq` and were not read. */
  unread(seq: number): Promise<Place[]>;
  /** Writes sections over those of the same key. */
  putSections(rows: SectionRow[]): Promise<void>;
  sectionKeys(site: string, documents: string[]): Promise<Pick<SectionRow, 'key' | 'document' | 'hash'>[]>;
  /** Keys of sections by full text, best first; `score` is LanceDB's BM25. */
  findSections(site: string, query: string, limit: number): Promise<{ key: string; score: number }[]>;
  sectionsOf(keys: string[]): Promise<SectionRow[]>;
  /** The first section of each document. */
  openings(site: string, limit: number): Promise<SectionRow[]>;
  deleteSections(keys: string[]): Promise<void>;
  /** Vectors of a site's sections that an embedder made, at most `limit`. */
  sectionVectors(site: string, embedder: string, limit: number): Promise<{ key: string; vector: Uint8Array }[]>;
  /** The names that sections mention replace those there before. */
  putMentions(sections: string[], rows: MentionRow[]): Promise<void>;
  mentionsOf(site: string, entities: string[], limit: number): Promise<Mention[]>;
  /** All of a site, at most `limit`. */
  mentionsIn(site: string, limit: number): Promise<Mention[]>;
  /** Ids of a site's documents, of one origin when it is named. */
  documentsOf(site: string, origin?: Origin): Promise<string[]>;
  /** Rows that wait for a vector of this embedder. */
  without<Name extends Embedded>(table: Name, embedder: string, limit: number): Promise<RowOf[Name][]>;
  /** Writes rows over those of the same key; rows that are gone meanwhile stay gone. */
  update<Name extends Embedded>(table: Name, rows: RowOf[Name][]): Promise<void>;
  /** Every text of all tables, for the check after an erasure. */
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
