/** From what LanceDB returns to rows: column by column, because a row object of Arrow costs more than the query. */
import type { Table } from 'apache-arrow';
import { searchable } from './words.ts';
import type { FactRow, Origin, SectionRow, TurnRow } from './schema.ts';

export type Reader = { rows: number; text(name: string, at: number): string; maybe(name: string, at: number): string | null; number(name: string, at: number): number; orNull(name: string, at: number): number | null; bytes(name: string, at: number): Uint8Array | null };

/** A result, or a part of one. */
type Columns = Pick<Table, 'schema' | 'numRows' | 'getChildAt'>;

/** Reads a result; 64-bit numbers come as BigInt, columns that were not selected as nothing. */
export function reader(table: Columns): Reader {
  const columns = new Map(table.schema.fields.map(({ name }, at) => [name, table.getChildAt(at)]));
  const value = (name: string, at: number): unknown => columns.get(name)?.get(at);
  const maybe = (name: string, at: number): string | null => {
    const found = value(name, at);
    return typeof found === 'string' ? found : null;
  };
  return {
    rows: table.numRows,
    text: (name, at) => maybe(name, at) ?? '',
    maybe,
    number: (name, at) => Number(value(name, at)),
    orNull: (name, at) => (value(name, at) === null ? null : Number(value(name, at))),
    bytes: (name, at) => {
      const found = value(name, at);
      return found instanceof Uint8Array ? Uint8Array.from(found) : null;
    },
  };
}

/** One value per row. */
export function each<Value>(table: Columns, read: (from: Reader, at: number) => Value): Value[] {
  const from = reader(table);
  return Array.from({ length: from.rows }, (_, at) => read(from, at));
}

/** What full text sees of a turn. */
export function spoken(name: string | null, text: string): string {
  return searchable(name === null ? text : `${name}: ${text}`);
}

export function turnRow(from: Reader, at: number): TurnRow {
  const name = from.maybe('name', at);
  const text = from.text('text', at);
  return {
    key: from.text('key', at), site: from.text('site', at), visitor: from.text('visitor', at), id: from.text('id', at), chat: from.text('chat', at), role: from.text('role', at),
    name, text, search: spoken(name, text), at: from.number('at', at), seq: from.number('seq', at),
    embedder: from.maybe('embedder', at), size: from.orNull('size', at), vector: from.bytes('vector', at),
  };
}

export function sectionRow(from: Reader, at: number): SectionRow {
  const origin: Origin = from.text('origin', at) === 'files' ? 'files' : 'handed';
  return {
    key: from.text('key', at), site: from.text('site', at), document: from.text('document', at), ordinal: from.number('ordinal', at), title: from.text('title', at),
    heading: from.maybe('heading', at), url: from.maybe('url', at), text: from.text('text', at), search: from.text('search', at), at: from.orNull('at', at),
    origin, hash: from.text('hash', at), embedder: from.maybe('embedder', at), size: from.orNull('size', at), vector: from.bytes('vector', at),
  };
}

export function factRow(from: Reader, at: number): FactRow {
  return {
    key: from.text('key', at), site: from.text('site', at), visitor: from.text('visitor', at), id: from.text('id', at), chat: from.text('chat', at), turn: from.text('turn', at),
    text: from.text('text', at), at: from.number('at', at), valid_from: from.number('valid_from', at), valid_to: from.orNull('valid_to', at), superseded_by: from.maybe('superseded_by', at),
    embedder: from.maybe('embedder', at), size: from.orNull('size', at), vector: from.bytes('vector', at),
  };
}
