/** The collector's memory on disk (node:sqlite): turns, sketches, what was watched, how far the feed was read. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ComponentStatus, Sample } from '@halfsecond/shared/status';
import type { Position } from './follow.ts';
import { add, decode, encode, merge, type Sketch } from './sketch.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const spans = { minute: MINUTE, hour: HOUR, day: DAY } as const;
export type Span = keyof typeof spans;
export type Measure = 'firstToken' | 'reply';
/** Seconds of one day that a component was seen in each state; the rest of the day was not watched. */
export type Watched = { day: number } & Record<Exclude<ComponentStatus, 'under_maintenance'>, number>;
export type Store = ReturnType<typeof openStore>;

/** How long each kind of row is kept (ms). */
const keep = { sample: 7 * DAY, minute: 2 * DAY, hour: 14 * DAY, day: 400 * DAY, watched: 400 * DAY };
const PAST_EPOCHS = 200;

const tables = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS past_epoch (id TEXT PRIMARY KEY, ended INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sample (epoch TEXT, seq INTEGER, at REAL NOT NULL, model TEXT, body TEXT NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sample_at ON sample (at);
  CREATE INDEX IF NOT EXISTS sample_of_model ON sample (model, at);
  CREATE TABLE IF NOT EXISTS sketch (span TEXT, model TEXT, measure TEXT, start INTEGER, counts BLOB NOT NULL, PRIMARY KEY (span, model, measure, start)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS watched (component TEXT, day INTEGER, status TEXT, seconds REAL NOT NULL, PRIMARY KEY (component, day, status)) WITHOUT ROWID;
`;

/** Opens or makes the database. One that cannot be read is set aside under another name, never deleted. */
export function openStore(path: string, log: (line: string) => void) {
  mkdirSync(dirname(path), { recursive: true });
  const db = open(path, log);
  const sql = {
    meta: db.prepare('SELECT value FROM meta WHERE key = ?'),
    setMeta: db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
    pastEpochs: db.prepare('SELECT id FROM past_epoch'),
    endEpoch: db.prepare('INSERT OR REPLACE INTO past_epoch VALUES (?, ?)'),
    trimEpochs: db.prepare(`DELETE FROM past_epoch WHERE id NOT IN (SELECT id FROM past_epoch ORDER BY ended DESC LIMIT ${PAST_EPOCHS})`),
    sample: db.prepare('INSERT OR IGNORE INTO sample VALUES (?, ?, ?, ?, ?)'),
    since: db.prepare('SELECT at, body FROM sample WHERE at > ? ORDER BY at DESC LIMIT ?'),
    ofModel: db.prepare('SELECT at, body FROM sample WHERE model = ? ORDER BY at DESC LIMIT ?'),
    counts: db.prepare('SELECT counts FROM sketch WHERE span = ? AND model = ? AND measure = ? AND start = ?'),
    setCounts: db.prepare('INSERT OR REPLACE INTO sketch VALUES (?, ?, ?, ?, ?)'),
    range: db.prepare('SELECT start, counts FROM sketch WHERE span = ? AND model = ? AND measure = ? AND start >= ? ORDER BY start'),
    models: db.prepare("SELECT DISTINCT model FROM sketch WHERE span = 'minute' AND start >= ?"),
    watch: db.prepare('INSERT INTO watched VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds'),
    days: db.prepare('SELECT day, status, seconds FROM watched WHERE component = ? AND day >= ? ORDER BY day'),
    trimSamples: db.prepare('DELETE FROM sample WHERE at < ?'),
    trimSketches: db.prepare('DELETE FROM sketch WHERE span = ? AND start < ?'),
    trimWatched: db.prepare('DELETE FROM watched WHERE day < ?'),
  };

  /** Runs `work` in one transaction: a crash leaves all of it or nothing. */
  function together(work: () => void): void {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }

  function addTo(span: Span, model: string, measure: Measure, at: number, ms: number): void {
    const start = Math.floor(at / spans[span]) * spans[span];
    const sketch = blob(sql.counts.get(span, model, measure, start)?.['counts']);
    add(sketch, ms);
    sql.setCounts.run(span, model, measure, start, encode(sketch));
  }

  return {
    meta: (key: string): string | null => text(sql.meta.get(key)?.['value']),
    setMeta: (key: string, value: string): void => void sql.setMeta.run(key, value),

    position(): Position | null {
      const value = text(sql.meta.get('position')?.['value']);
      return value === null ? null : (JSON.parse(value) as Position);
    },
    pastEpochs: (): Set<string> => new Set(sql.pastEpochs.all().map((row) => String(row['id']))),

    /** Writes new samples (their `at` already on our clock) and how far the feed was read, in one piece. */
    record(position: Position, samples: Sample[], now: number): void {
      together(() => {
        const before = this.position();
        if (before && before.epoch !== position.epoch) {
          sql.endEpoch.run(before.epoch, now);
          sql.trimEpochs.run();
        }
        sql.setMeta.run('position', JSON.stringify(position));
        for (const sample of samples) {
          const fresh = sql.sample.run(position.epoch, sample.seq, sample.at, sample.model, JSON.stringify(sample)).changes;
          if (!fresh || sample.model === null) continue;
          for (const span of ['minute', 'hour', 'day'] as const) {
            if (sample.timing.firstToken !== null) addTo(span, sample.model, 'firstToken', sample.at, sample.timing.firstToken);
            if (sample.outcome === 'ok') addTo(span, sample.model, 'reply', sample.at, sample.timing.total);
          }
        }
      });
    },

    /** Turns that ended after `at`, newest first. */
    turnsSince: (at: number, limit: number): Sample[] => sql.since.all(at, limit).map(asSample),
    turnsOf: (model: string, limit: number): Sample[] => sql.ofModel.all(model, limit).map(asSample),

    /** All of a model's sketches of one measure from `from` on, merged. */
    sketch(span: Span, model: string, measure: Measure, from: number): Sketch {
      const merged: Sketch = new Map();
      for (const row of sql.range.all(span, model, measure, from)) merge(merged, blob(row['counts']));
      return merged;
    },
    /** The same, one by one, for charts. */
    series: (span: Span, model: string, measure: Measure, from: number): { start: number; sketch: Sketch }[] =>
      sql.range.all(span, model, measure, from).map((row) => ({ start: Number(row['start']), sketch: blob(row['counts']) })),
    modelsSince: (at: number): string[] => sql.models.all(at).map((row) => String(row['model'])),

    /** Adds `seconds` of watching at `now` to each component's day. */
    watch(states: { id: string; status: ComponentStatus }[], seconds: number, now: number): void {
      const day = Math.floor(now / DAY) * DAY;
      together(() => {
        for (const { id, status } of states) sql.watch.run(id, day, status, seconds);
      });
    },
    watched(component: string, from: number): Watched[] {
      const days = new Map<number, Watched>();
      for (const row of sql.days.all(component, from)) {
        const day = Number(row['day']);
        const entry = days.get(day) ?? { day, operational: 0, degraded_performance: 0, partial_outage: 0, major_outage: 0 };
        const status = String(row['status']);
        if (status in entry) entry[status as keyof Watched] += Number(row['seconds']);
        days.set(day, entry);
      }
      return [...days.values()];
    },

    /** Deletes what is older than its retention. */
    trim(now: number): void {
      together(() => {
        sql.trimSamples.run(now - keep.sample);
        for (const span of ['minute', 'hour', 'day'] as const) sql.trimSketches.run(span, now - keep[span]);
        sql.trimWatched.run(now - keep.watched);
      });
    },
    close: (): void => db.close(),
  };
}

function open(path: string, log: (line: string) => void): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 2_000 });
    db.exec(tables);
    const sound = db.prepare('PRAGMA quick_check').get();
    if (Object.values(sound ?? {})[0] !== 'ok') throw Object.assign(new Error('quick_check found damage'), { errcode: 11 });
    return db;
  } catch (error) {
    db?.close();
    // 11 = damaged, 26 = not a database. Anything else (a full disk, no rights) is not the file's fault.
    const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
    if (code !== 11 && code !== 26) throw error;
    const aside = `${path}.damaged-${Date.now()}`;
    for (const tail of ['', '-wal', '-shm']) if (existsSync(path + tail)) renameSync(path + tail, aside + tail);
    log(`${path} is damaged; it was set aside as ${aside} and a new one begun.`);
    const fresh = new DatabaseSync(path, { timeout: 2_000 });
    fresh.exec(tables);
    return fresh;
  }
}

function asSample(row: Record<string, unknown>): Sample {
  // Written by `record` from a feed that passed its schema.
  return JSON.parse(String(row['body'])) as Sample;
}
function blob(value: unknown): Sketch {
  return value instanceof Uint8Array ? decode(value) : new Map();
}
function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
