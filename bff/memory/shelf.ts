/**
 * The turns in the process: the tail that no table has yet, and the recent visitors' own turns with their terms
 * counted, so that a visitor's second question reads nothing from disk. Bounded by visitors and turns.
 */
import type { FactRow, TurnRow } from './schema.ts';
import type { Scored } from './rank.ts';
import type { Store } from './store.ts';
import { kept as vectorOf, type Embedder } from './vectors.ts';
import { viewOf, type View } from './views.ts';
import { counted, terms } from './words.ts';

/** A turn ready for scoring. */
export type ShelfTurn = { row: TurnRow; view: View; vector: Float32Array | null };
/** A fact ready for scoring. */
export type ShelfFact = { row: FactRow; scored: Scored; vector: Float32Array | null };
/** A visitor's newest turns in order, and all facts. `complete`: there are no older turns in the table. */
export type Shelf = { turns: ShelfTurn[]; facts: ShelfFact[]; complete: boolean; characters: number };

export type Shelves = {
  /** Makes turns searchable that are in the log; those already there stay as they are. */
  add(rows: TurnRow[]): void;
  has(row: Pick<TurnRow, 'site' | 'visitor' | 'key'>): boolean;
  /** Everything that no table has yet, and how many that is. */
  tail(): TurnRow[];
  waiting(): number;
  tailOf(site: string, visitor: string): TurnRow[];
  /** Turns have got their vectors. */
  embedded(rows: TurnRow[]): void;
  /** Takes turns out of the tail that a table has now. */
  flushed(rows: TurnRow[]): void;
  of(site: string, visitor: string): Promise<Shelf>;
  /** Lets go of what was read of a visitor, so that the next question reads the table. */
  drop(site: string, visitor: string): void;
};

/** Newest turns kept per visitor; older ones are found by full text. */
const TURNS = 2_000;
/** All shelves together, in characters; counted terms take about ten times that in memory. */
const CHARACTERS = 20_000_000;
/** What a turn or a visitor costs besides its text, in characters. */
const OVERHEAD = 100;

type Kept = { loaded: Promise<Shelf>; shelf: Shelf | null; keys: Set<string>; late: TurnRow[] };

export function makeShelves(store: Pick<Store, 'turnsOf' | 'factsOf'>, embedder: Embedder | null): Shelves {
  const tail = new Map<string, Map<string, TurnRow>>();
  const kept = new Map<string, Kept>();
  let waiting = 0;
  /** No id holds a space. */
  const owner = (row: Pick<TurnRow, 'site' | 'visitor'>): string => `${row.site} ${row.visitor}`;

  async function load(site: string, visitor: string, into: Kept): Promise<Shelf> {
    const before = [...(tail.get(owner({ site, visitor }))?.values() ?? [])];
    const [stored, facts] = await Promise.all([store.turnsOf(site, visitor, TURNS), store.factsOf(site, visitor)]);
    const shelf: Shelf = { turns: [], facts: facts.map((row) => shelfFact(row, embedder)), complete: stored.length < TURNS, characters: 0 };
    put(shelf, into.keys, [...stored, ...before, ...into.late], embedder);
    into.late = [];
    into.shelf = shelf;
    return shelf;
  }

  /** Lets go of the visitors who were quiet longest, before another one's are read. */
  function evict(): void {
    let total = 0;
    for (const { shelf } of kept.values()) total += OVERHEAD + (shelf?.characters ?? 0);
    for (const [id, { shelf }] of kept) {
      if (total <= CHARACTERS) return;
      kept.delete(id);
      total -= OVERHEAD + (shelf?.characters ?? 0);
    }
  }

  return {
    add(rows) {
      for (const row of rows) {
        const id = owner(row);
        const mine = tail.get(id) ?? new Map<string, TurnRow>();
        tail.set(id, mine);
        if (mine.has(row.key)) continue;
        mine.set(row.key, row);
        waiting++;
      }
      for (const [id, mine] of Map.groupBy(rows, owner)) {
        const entry = kept.get(id);
        if (entry?.shelf) put(entry.shelf, entry.keys, mine, embedder);
        else entry?.late.push(...mine);
      }
    },
    has(row) {
      const id = owner(row);
      return tail.get(id)?.has(row.key) === true || kept.get(id)?.keys.has(row.key) === true;
    },
    tail: () => [...tail.values()].flatMap((mine) => [...mine.values()]),
    waiting: () => waiting,
    tailOf: (site, visitor) => [...(tail.get(owner({ site, visitor }))?.values() ?? [])],
    embedded(rows) {
      for (const [id, mine] of Map.groupBy(rows, owner)) {
        const fresh = new Map(mine.map((row) => [row.key, row]));
        for (const turn of kept.get(id)?.shelf?.turns ?? []) turn.vector = vectorOf(fresh.get(turn.row.key) ?? turn.row, embedder) ?? turn.vector;
      }
    },
    flushed(rows) {
      for (const row of rows) {
        const id = owner(row);
        const mine = tail.get(id);
        if (mine?.get(row.key) !== row) continue;
        mine.delete(row.key);
        waiting--;
        if (mine.size === 0) tail.delete(id);
      }
    },
    of(site, visitor) {
      const id = owner({ site, visitor });
      let entry = kept.get(id);
      if (!entry) {
        const fresh: Kept = { loaded: Promise.resolve({ turns: [], facts: [], complete: true, characters: 0 }), shelf: null, keys: new Set(), late: [] };
        fresh.loaded = load(site, visitor, fresh);
        fresh.loaded.catch(() => { if (kept.get(id) === fresh) kept.delete(id); }); // The caller sees the error; the next one tries again.
        entry = fresh;
        evict();
      }
      kept.delete(id);
      kept.set(id, entry);
      return entry.loaded;
    },
    drop(site, visitor) {
      kept.delete(owner({ site, visitor }));
    },
  };
}

/** Counts a turn's terms once. */
export function shelfTurn(row: TurnRow, embedder: Embedder | null): ShelfTurn {
  return { row, view: viewOf(row), vector: vectorOf(row, embedder) };
}

function shelfFact(row: FactRow, embedder: Embedder | null): ShelfFact {
  const list = terms(row.text);
  return { row, scored: { terms: counted(list), length: list.length, head: new Set() }, vector: vectorOf(row, embedder) };
}

function put(shelf: Shelf, keys: Set<string>, rows: TurnRow[], embedder: Embedder | null): void {
  const fresh = rows.filter((row) => !keys.has(row.key) && keys.add(row.key));
  if (fresh.length === 0) return;
  for (const row of fresh) {
    shelf.turns.push(shelfTurn(row, embedder));
    shelf.characters += row.text.length + OVERHEAD;
  }
  shelf.turns.sort((a, b) => a.row.at - b.row.at || a.row.seq - b.row.seq);
  if (shelf.turns.length <= TURNS) return;
  for (const { row } of shelf.turns.splice(0, shelf.turns.length - TURNS)) {
    keys.delete(row.key);
    shelf.characters -= row.text.length + OVERHEAD;
  }
  shelf.complete = false;
}
