/** The collector's memory on disk (node:sqlite): turns, sketches, what was watched, how far the feed was read. */
import type { ComponentStatus, Sample } from '@halfsecond/shared/status';
import { openDatabase, type Connect } from './database.ts';
import type { Position } from './follow.ts';
import { add, decode, encode, merge, type Sketch } from './sketch.ts';
import type { Gap } from './snapshot.ts';

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
const keep = { sample: 7 * DAY, minute: 2 * DAY, hour: 100 * DAY, day: 400 * DAY, watched: 400 * DAY, gap: 400 * DAY };
const PAST_EPOCHS = 200;
/** A sample of the future is one that was written before our clock was set back (ms of leeway). */
const AHEAD_MS = 1_000;

const tables = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS past_epoch (id TEXT PRIMARY KEY, ended INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sample (epoch TEXT, seq INTEGER, at REAL NOT NULL, model TEXT, body TEXT NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sample_at ON sample (at);
  CREATE INDEX IF NOT EXISTS sample_of_model ON sample (model, at);
  CREATE TABLE IF NOT EXISTS sketch (span TEXT, model TEXT, measure TEXT, start INTEGER, counts BLOB NOT NULL, PRIMARY KEY (span, model, measure, start)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS watched (component TEXT, day INTEGER, status TEXT, seconds REAL NOT NULL, PRIMARY KEY (component, day, status)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS gap (since INTEGER PRIMARY KEY, until INTEGER NOT NULL);
`;
const names = ['meta', 'past_epoch', 'sample', 'sketch', 'watched', 'gap'];

/** Opens or makes the database. One that cannot be read is set aside under another name, never deleted. */
export function openStore(path: string, log: (line: string) => void, connect?: Connect) {
  const db = openDatabase(path, tables, names, log, connect);
  const sql = {
    meta: db.prepare('SELECT value FROM meta WHERE key = ?'),
    setMeta: db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)'),
    pastEpochs: db.prepare('SELECT id FROM past_epoch'),
    endEpoch: db.prepare('INSERT OR REPLACE INTO past_epoch VALUES (?, ?)'),
    trimEpochs: db.prepare(`DELETE FROM past_epoch WHERE id NOT IN (SELECT id FROM past_epoch ORDER BY ended DESC LIMIT ${PAST_EPOCHS})`),
    sample: db.prepare('INSERT OR IGNORE INTO sample VALUES (?, ?, ?, ?, ?)'),
    since: db.prepare('SELECT at, body FROM sample WHERE at > ? AND at <= ? ORDER BY at DESC LIMIT ?'),
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
    gap: db.prepare('INSERT INTO gap VALUES (?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)'),
    lastGap: db.prepare('SELECT since FROM gap WHERE until >= ? AND since <= ? ORDER BY since DESC LIMIT 1'),
    gaps: db.prepare('SELECT since, until FROM gap WHERE until >= ? ORDER BY since'),
    trimGaps: db.prepare('DELETE FROM gap WHERE until < ?'),
  };

  function addTo(span: Span, model: string, measure: Measure, at: number, ms: number): void {
    const start = Math.floor(at / spans[span]) * spans[span];
    const sketch = blob(sql.counts.get(span, model, measure, start)?.['counts']);
    add(sketch, ms);
    sql.setCounts.run(span, model, measure, start, encode(sketch));
  }

  return {
    meta: (key: string): string | null => text(sql.meta.get(key)?.['value']),
    setMeta: (key: string, value: string): void => db.together(() => void sql.setMeta.run(key, value)),

    position(): Position | null {
      const value = text(sql.meta.get('position')?.['value']);
      return value === null ? null : (JSON.parse(value) as Position);
    },
    pastEpochs: (): Set<string> => new Set(sql.pastEpochs.all().map((row) => String(row['id']))),

    /** Writes new samples (their `at` already on our clock) and how far the feed was read, in one piece. */
    record(position: Position, samples: Sample[], now: number): void {
      db.together(() => {
        const before = this.position();
        if (before && before.epoch !== position.epoch) {
          sql.endEpoch.run(before.epoch, now);
          sql.trimEpochs.run();
        }
        sql.setMeta.run('position', JSON.stringify(position));
        for (const sample of samples) {
          const fresh = sql.sample.run(position.epoch, sample.seq, sample.at, sample.model, JSON.stringify(sample));
          if (!fresh || sample.model === null) continue;
          for (const span of ['minute', 'hour', 'day'] as const) {
            if (sample.timing.firstToken !== null) addTo(span, sample.model, 'firstToken', sample.at, sample.timing.firstToken);
            if (sample.outcome === 'ok') addTo(span, sample.model, 'reply', sample.at, sample.timing.total);
          }
        }
      });
    },

    /** Turns that ended after `at`, newest first. */
    turnsSince: (at: number, limit: number, now = Date.now()): Sample[] => sql.since.all(at, now + AHEAD_MS, limit).map(asSample),
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
      db.together(() => {
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

    /** Remembers that nobody watched; one that begins where another ended makes it longer. */
    gap(from: number, until: number): void {
      const before = sql.lastGap.get(Math.floor(from) - AHEAD_MS, Math.floor(from))?.['since'];
      db.together(() => void sql.gap.run(typeof before === 'number' ? before : Math.floor(from), Math.ceil(until)));
    },
    /** Gaps that reach beyond `from`, oldest first. */
    gaps: (from: number): Gap[] => sql.gaps.all(from).map((row) => ({ from: Number(row['since']), until: Number(row['until']) })),

    /** Deletes what is older than its retention. */
    trim(now: number): void {
      db.together(() => {
        sql.trimSamples.run(now - keep.sample);
        for (const span of ['minute', 'hour', 'day'] as const) sql.trimSketches.run(span, now - keep[span]);
        sql.trimWatched.run(now - keep.watched);
        sql.trimGaps.run(now - keep.gap);
      });
    },
    /** A sentence while nothing can be written to the disk. */
    fault: db.fault,
    heal: db.heal,
    close: (): void => db.close(),
  };
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
