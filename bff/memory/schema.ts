/** The columns of the two tables, as rows and as Arrow types. `search` is what full text looks at. */
import { Field, Float64, Int32, Schema, Utf8, type DataType } from 'apache-arrow';
import { MemoryError } from './errors.ts';

export type Origin = 'files' | 'handed';

export type TurnRow = {
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

export type SectionRow = {
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
  /** Hash over everything above that a reader sees: equal means unchanged. */
  hash: string;
};

const text = (): DataType => new Utf8();
const columns = {
  turns: [
    new Field('key', text(), false), new Field('site', text(), false), new Field('visitor', text(), false), new Field('id', text(), false),
    new Field('chat', text(), false), new Field('role', text(), false), new Field('name', text(), true), new Field('text', text(), false),
    new Field('search', text(), false), new Field('at', new Float64(), false), new Field('seq', new Float64(), false),
  ],
  sections: [
    new Field('key', text(), false), new Field('site', text(), false), new Field('document', text(), false), new Field('ordinal', new Int32(), false),
    new Field('title', text(), false), new Field('heading', text(), true), new Field('url', text(), true), new Field('text', text(), false),
    new Field('search', text(), false), new Field('at', new Float64(), true), new Field('origin', text(), false), new Field('hash', text(), false),
  ],
};

export type TableName = keyof typeof columns;

export function tableSchema(name: TableName): Schema {
  return new Schema(columns[name]);
}

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
    if (value === null && field.nullable) continue;
    const fits = field.type instanceof Utf8 ? typeof value === 'string' : Number.isFinite(value);
    if (!fits) return `${name}.${field.name} is ${value === null ? 'null' : typeof value}: expected ${field.type}.`;
  }
  return null;
}

/** Throws `memory_bad_value` for a row that a table could not keep as it is. */
export function checkRow(name: TableName, row: TurnRow | SectionRow): void {
  const fault = faultOf(name, row);
  if (fault !== null) throw new MemoryError('memory_bad_value', fault);
}

/** For rows from outside the process. */
export function isTurnRow(row: unknown): row is TurnRow {
  return faultOf('turns', row) === null;
}
