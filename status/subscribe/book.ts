/** Subscribers and the messages they are owed, in SQLite: what was accepted survives every restart. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inOne } from '../transaction.ts';

export type Kind = 'webhook' | 'email';
/** `lang`: the language of the page that it was made on. */
export type Subscriber = { id: string; kind: Kind; target: string; secret: string; state: 'pending' | 'active'; lang: string };
/** One message to one subscriber. `id` stays the same over every try, so that a receiver can drop a second copy. */
export type Message = { id: string; subscriber: Subscriber; payload: string; tries: number };

/** An unconfirmed subscription is forgotten after this (ms). */
export const CONFIRM_WITHIN_MS = 2 * 86_400_000;
/** So many unconfirmed subscriptions may stand for one target, and in all, so that nobody is flooded by strangers. */
const PENDING = { target: 3, all: 500 };
/** The payload that asks for confirmation: whoever sends it puts the link in. */
export const CONFIRM = '{"type":"subscription.confirm"}';
const KEPT_MS = 30 * 86_400_000;

export type Book = ReturnType<typeof openBook>;

/** @throws when the file is no database or its folder cannot be written */
export function openBook(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path, { timeout: 2_000 });
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA foreign_keys = ON;
    CREATE TABLE IF NOT EXISTS subscriber (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, secret TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL,
      lang TEXT NOT NULL DEFAULT 'en'
    ) STRICT;
    CREATE INDEX IF NOT EXISTS subscriber_target ON subscriber (kind, target);
    CREATE TABLE IF NOT EXISTS message (
      id TEXT PRIMARY KEY, subscriber TEXT NOT NULL REFERENCES subscriber (id) ON DELETE CASCADE, event TEXT NOT NULL,
      payload TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, at INTEGER NOT NULL, done INTEGER, fault TEXT,
      UNIQUE (subscriber, event)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS message_due ON message (due) WHERE done IS NULL;
    CREATE TABLE IF NOT EXISTS told (event TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  `);
  inOne(db, () => {
    // A book of an earlier version knows English only.
    const spoken = db.prepare("SELECT 1 FROM pragma_table_info('subscriber') WHERE name = 'lang'").get();
    if (!spoken) db.exec("ALTER TABLE subscriber ADD COLUMN lang TEXT NOT NULL DEFAULT 'en'");
  });
  const sql = {
    pending: db.prepare("SELECT count(*) AS n, coalesce(sum(target = ?), 0) AS mine FROM subscriber WHERE state = 'pending' AND at > ?"),
    add: db.prepare("INSERT INTO subscriber (id, kind, target, secret, state, at, lang) VALUES (?, ?, ?, ?, 'pending', ?, ?)"),
    find: db.prepare('SELECT id, kind, target, secret, state, lang FROM subscriber WHERE id = ?'),
    activate: db.prepare("UPDATE subscriber SET state = 'active' WHERE id = ?"),
    others: db.prepare('DELETE FROM subscriber WHERE kind = ? AND target = ? AND id <> ?'),
    remove: db.prepare('DELETE FROM subscriber WHERE id = ?'),
    expire: db.prepare("DELETE FROM subscriber WHERE state = 'pending' AND at < ?"),
    active: db.prepare("SELECT id FROM subscriber WHERE state = 'active'"),
    owe: db.prepare('INSERT OR IGNORE INTO message (id, subscriber, event, payload, due, at) VALUES (?, ?, ?, ?, ?, ?)'),
    due: db.prepare(`SELECT m.id AS message, m.payload, m.tries, s.id, s.kind, s.target, s.secret, s.state, s.lang
      FROM message m JOIN subscriber s ON s.id = m.subscriber WHERE m.done IS NULL AND m.due <= ? ORDER BY m.due, m.at LIMIT ?`),
    done: db.prepare('UPDATE message SET done = ?, fault = ? WHERE id = ?'),
    later: db.prepare('UPDATE message SET tries = tries + 1, due = ?, fault = ? WHERE id = ?'),
    told: db.prepare('INSERT OR IGNORE INTO told (event, at) VALUES (?, ?)'),
    anyTold: db.prepare('SELECT 1 FROM told LIMIT 1'),
    forget: db.prepare('DELETE FROM message WHERE done IS NOT NULL AND at < ?'),
    count: db.prepare("SELECT count(*) AS n FROM subscriber WHERE state = 'active'"),
  };
  const subscriberOf = (row: Record<string, unknown>): Subscriber => ({
    id: String(row['id']), kind: row['kind'] === 'email' ? 'email' : 'webhook', target: String(row['target']), secret: String(row['secret']),
    state: row['state'] === 'active' ? 'active' : 'pending', lang: String(row['lang']),
  });

  return {
    /** A new subscription, owed the message that asks for its confirmation; null when too many already wait for theirs. */
    subscribe(kind: Kind, target: string, lang: string, now: number): Subscriber | null {
      const made: Subscriber = { id: randomUUID(), kind, target, secret: `whsec_${randomBytes(24).toString('base64')}`, state: 'pending', lang };
      let full = false;
      inOne(db, () => {
        sql.expire.run(now - CONFIRM_WITHIN_MS);
        const pending = sql.pending.get(target, now - CONFIRM_WITHIN_MS);
        full = Number(pending?.['n']) >= PENDING.all || Number(pending?.['mine']) >= PENDING.target;
        if (full) return;
        sql.add.run(made.id, kind, target, made.secret, now, lang);
        sql.owe.run(randomUUID(), made.id, 'confirm', CONFIRM, now, now);
      });
      return full ? null : made;
    },
    find(id: string): Subscriber | null {
      const row = sql.find.get(id);
      return row ? subscriberOf(row) : null;
    },
    /** From now on it is told of everything; an earlier subscription of the same target is replaced. */
    confirm(subscriber: Subscriber): void {
      inOne(db, () => {
        sql.activate.run(subscriber.id);
        sql.others.run(subscriber.kind, subscriber.target, subscriber.id);
      });
    },
    /** Nothing of it is kept, undelivered messages included. */
    unsubscribe: (id: string): boolean => sql.remove.run(id).changes > 0,
    /** True once any event was noted: an empty book takes what already stands as told. */
    begun: (): boolean => sql.anyTold.get() !== undefined,
    /** Notes an event as told, once and for all; with a payload every active subscriber is owed it. In one transaction. */
    tell(events: { id: string; payload: string | null }[], now: number): void {
      inOne(db, () => {
        for (const { id, payload } of events) {
          if (sql.told.run(id, now).changes === 0 || payload === null) continue;
          for (const { id: subscriber } of sql.active.all()) sql.owe.run(randomUUID(), String(subscriber), id, payload, now, now);
        }
      });
    },
    /** What should go out now, the longest due first. */
    due: (now: number, most: number): Message[] =>
      sql.due.all(now, most).map((row) => ({ id: String(row['message']), subscriber: subscriberOf(row), payload: String(row['payload']), tries: Number(row['tries']) })),
    /** Delivered, or given up with its fault. */
    done: (id: string, fault: string | null, now: number): void => void sql.done.run(now, fault, id),
    later: (id: string, due: number, fault: string): void => void sql.later.run(due, fault, id),
    trim(now: number): void {
      sql.expire.run(now - CONFIRM_WITHIN_MS);
      sql.forget.run(now - KEPT_MS);
    },
    active: (): number => Number(sql.count.get()?.['n']),
    close: (): void => db.close(),
  };
}
