/** The columns of the tables, as rows and as Arrow types. `search` is what full text looks at. */
import { Binary, Field, Float64, Int32, Schema, Utf8, type DataType } from 'apache-arrow';
import { MemoryError } from './errors.ts';
import type { Kept } from './vectors.ts';

export type Origin = 'files' | 'handed';

export type TurnRow = Kept & {
  /** Hash of site, visitor and turn id: what makes a turn sent twice one row. */
  key: string;
  site: string;
  visitor: string;
  id: string;
  chat: string;
  role: string;
  name: string | null;
  text: string;
  search: string;
  /** Epoch ms. */
  at: number;
  /** Order of arrival, for turns of the same `at`. */
  seq: number;
};

export type SectionRow = Kept & {
  /** Hash of site, document and ordinal. */
  key: string;
  site: string;
  document: string;
  ordinal: number;
  title: string;
  heading: string | null;
  url: string | null;
  text: string;
  search: string;
  at: number | null;
  /** Where the document comes from: a folder that is mirrored, or handed in one by one. */
  origin: Origin;
  /** Hash over everything above that a reader or full text sees: equal means unchanged. */
  hash: string;
};

/** A name that a section mentions: the entity graph, whose other edges are two names in one section. */
export type MentionRow = {
  /** Hash of site and name. */
  entity: string;
  name: string;
  site: string;
  /** Key of the section. */
  section: string;
  /** 1 when the section's document is titled so. */
  titled: number;
};

/** One sentence about a visitor; see `Fact` in layers.memory.ts. */
export type FactRow = Kept & {
  /** Hash of site, visitor and fact id. */
  key: string;
  site: string;
  visitor: string;
  id: string;
  chat: string;
  turn: string;
  text: string;
  /** Epoch ms, all three. */
  at: number;
  valid_from: number;
  valid_to: number | null;
  superseded_by: string | null;
};

/** Up to which turn (its `seq`) a chat was read for facts, and when that was (epoch ms). */
export type ReadingRow = { key: string; site: string; visitor: string; chat: string; seq: number; at: number };

const text = (): DataType => new Utf8();
/** Who made the vector of a row and what it is; null until it is made. */
const vector = (): Field[] => [new Field('embedder', text(), true), new Field('size', new Int32(), true), new Field('vector', new Binary(), true)];
const columns = {
  turns: [
    new Field('key', text(), false), new Field('site', text(), false), new Field('visitor', text(), false), new Field('id', text(), false),
    new Field('chat', text(), false), new Field('role', text(), false), new Field('name', text(), true), new Field('text', text(), false),
    new Field('search', text(), false), new Field('at', new Float64(), false), new Field('seq', new Float64(), false), ...vector(),
  ],
  sections: [
    new Field('key', text(), false), new Field('site', text(), false), new Field('document', text(), false), new Field('ordinal', new Int32(), false),
    new Field('title', text(), false), new Field('heading', text(), true), new Field('url', text(), true), new Field('text', text(), false),
    new Field('search', text(), false), new Field('at', new Float64(), true), new Field('origin', text(), false), new Field('hash', text(), false), ...vector(),
  ],
  facts: [
    new Field('key', text(), false), new Field('site', text(), false), new Field('visitor', text(), false), new Field('id', text(), false), new Field('chat', text(), false),
    new Field('turn', text(), false), new Field('text', text(), false), new Field('at', new Float64(), false), new Field('valid_from', new Float64(), false),
    new Field('valid_to', new Float64(), true), new Field('superseded_by', text(), true), ...vector(),
  ],
  readings: [
    new Field('key', text(), false), new Field('site', text(), false), new Field('visitor', text(), false), new Field('chat', text(), false),
    new Field('seq', new Float64(), false), new Field('at', new Float64(), false),
  ],
  mentions: [new Field('entity', text(), false), new Field('name', text(), false), new Field('site', text(), false), new Field('section', text(), false), new Field('titled', new Int32(), false)],
};

export type TableName = keyof typeof columns;
export type Row = TurnRow | SectionRow | MentionRow | FactRow | ReadingRow;

export function tableSchema(name: TableName): Schema {
  return new Schema(columns[name]);
}

/** Columns that tables of the version before vectors lack, with the SQL that fills them. */
export const ADDED = [{ name: 'embedder', valueSql: 'cast(NULL as string)' }, { name: 'size', valueSql: 'cast(NULL as int)' }, { name: 'vector', valueSql: 'cast(NULL as binary)' }];

/** Throws `memory_unavailable` when a table on disk has other columns than this version reads. */
export function checkSchema(name: TableName, found: Schema): void {
  const wanted = columns[name].map((field) => `${field.name} ${field.type}`).join(', ');
  const there = found.fields.map((field) => `${field.name} ${field.type}`).join(', ');
  if (wanted === there) return;
  throw new MemoryError('memory_unavailable', `The table ${name} was made by another version: it has the columns ${there}; expected ${wanted}.`);
}

/** What is wrong with a row, as a sentence, or null. Arrow would turn it into null or nonsense without a word. */
export function faultOf(name: TableName, row: unknown): string | null {
  if (typeof row !== 'object' || row === null) return `${name}: expected a row.`;
  const values = row as Record<string, unknown>;
  for (const field of columns[name]) {
    const value = values[field.name];
    if ((value === null || value === undefined) && field.nullable) continue;
    const fits = field.type instanceof Utf8 ? typeof value === 'string' : field.type instanceof Binary ? value instanceof Uint8Array : Number.isFinite(value);
    if (!fits) return `${name}.${field.name} is ${value === null ? 'null' : typeof value}: expected ${field.type}.`;
  }
  return null;
}

/** Throws `memory_bad_value` for a row that a table could not keep as it is. */
export function checkRow(name: TableName, row: Row): void {
  const fault = faultOf(name, row);
  if (fault !== null) throw new MemoryError('memory_bad_value', fault);
}

/** For rows from outside the process. */
export function isTurnRow(row: unknown): row is TurnRow {
  return faultOf('turns', row) === null;
}
