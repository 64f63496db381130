/**
 * Conversations on disk. A chat belongs to one visitor of one site by its primary key: another visitor's
 * chat of the same id is simply another chat, so nothing can be learnt about it.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FinishMetadata } from '@halfsecond/shared/wire';
import type { Choice, DataClass, Owner, Said, Waiting } from '../layers.ts';
import type { Work } from './work.ts';

/** `running` while the answer streams; `interrupted` when this process ended in mid-answer. */
export type MessageState = 'complete' | 'running' | 'stopped' | 'failed' | 'interrupted';
export type Source = { id: string; title: string; url?: string };
/** How an answer's agent was found: the score, and who would have been next. */
export type Found = { score: number; abstained: boolean; next: { name: string; score: number } | null };
/** What a stored message carries beside its text. `asked`: it was a question between these agents. */
export type Extra = { sources?: Source[]; metadata?: FinishMetadata; traceId?: string; code?: string; handoff?: string; waiting?: Waiting; asked?: Choice[]; agent?: string; found?: Found };
export type StoredMessage = { id: string; role: 'user' | 'assistant'; state: MessageState; text: string; extra: Extra; at: number };
export type StoredChat = { agent: string | null; messages: StoredMessage[] };
type Row = { id: string; role: 'user' | 'assistant'; state: MessageState; text: string; extra: string; at: number };
type Place = Pick<Owner, 'site' | 'visitor' | 'chat'>;

export type Conversations = ReturnType<typeof openConversations>;

/** Answers left running by a process that died are marked interrupted here, once, at start. */
export function openConversations(database: DatabaseSync, work: Work) {
  database.exec(`UPDATE messages SET state = 'interrupted' WHERE state = 'running'`);
  const selectChat = database.prepare('SELECT agent FROM chats WHERE site = ? AND visitor = ? AND id = ?');
  const insertChat = database.prepare('INSERT OR IGNORE INTO chats (site, visitor, id, agent, created_at) VALUES (?, ?, ?, NULL, ?)');
  const selectStanding = database.prepare('SELECT agent, data_class AS dataClass FROM chats WHERE site = ? AND visitor = ? AND id = ?');
  // The condition makes the order of two writers unimportant: a class only rises.
  const raiseClass = database.prepare(`
    UPDATE chats SET data_class = ?1 WHERE site = ?2 AND visitor = ?3 AND id = ?4
    AND (data_class = 'public' OR (data_class = 'internal' AND ?1 = 'regulated'))`);
  const updateAgent = database.prepare('UPDATE chats SET agent = ? WHERE site = ? AND visitor = ? AND id = ?');
  const selectMessages = database.prepare('SELECT id, role, state, text, extra, at FROM messages WHERE site = ? AND visitor = ? AND chat = ? ORDER BY position');
  const selectRecent = database.prepare('SELECT role, text, json_extract(extra, \'$.asked\') AS asked FROM messages WHERE site = ? AND visitor = ? AND chat = ? AND text <> \'\' ORDER BY position DESC LIMIT ?');
  const insertMessage = database.prepare(`
    INSERT INTO messages (site, visitor, chat, id, position, role, state, text, extra, at)
    SELECT ?1, ?2, ?3, ?4, coalesce(max(position), 0) + 1, ?5, ?6, ?7, '{}', ?8 FROM messages WHERE site = ?1 AND visitor = ?2 AND chat = ?3
    ON CONFLICT DO UPDATE SET text = excluded.text, state = excluded.state`);
  const updateMessage = database.prepare('UPDATE messages SET state = ?, text = ?, extra = ? WHERE site = ? AND visitor = ? AND chat = ? AND id = ?');
  const goOn = database.prepare(`UPDATE messages SET state = 'running', extra = json_remove(extra, '$.waiting') WHERE site = ? AND visitor = ? AND chat = ? AND id = ?`);
  const deleteFrom = database.prepare(`
    DELETE FROM messages WHERE site = ?1 AND visitor = ?2 AND chat = ?3
    AND position >= (SELECT position FROM messages WHERE site = ?1 AND visitor = ?2 AND chat = ?3 AND id = ?4)`);
  const upsertFeedback = database.prepare('INSERT OR REPLACE INTO feedback (site, visitor, chat, message, rating, comment, trace, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)');

  const key = ({ site, visitor, chat }: Place) => [site, visitor, chat] as const;
  /** Who answered last and what the conversation has been raised to, null for a new one; a class that is not known here counts as regulated. */
  function standing(place: Place): { agent: string | null; dataClass: DataClass } | null {
    const row = selectStanding.get(...key(place)) as { agent: string | null; dataClass: string } | undefined;
    if (row === undefined) return null;
    const { agent, dataClass } = row;
    return { agent, dataClass: dataClass === 'public' || dataClass === 'internal' ? dataClass : 'regulated' };
  }
  const unpack = (row: Row): StoredMessage => ({ ...row, extra: JSON.parse(row.extra) as Extra });

  return {
    together: work.together,
    /** The whole chat, oldest first, or null when this visitor has none of that id. */
    read(place: Place): StoredChat | null {
      const chat = selectChat.get(...key(place)) as { agent: string | null } | undefined;
      if (!chat) return null;
      return { agent: chat.agent, messages: (selectMessages.all(...key(place)) as Row[]).map(unpack) };
    },
    /** The last `count` messages that have text, oldest first. */
    recent(place: Place, count: number): Said[] {
      const rows = selectRecent.all(...key(place), count) as { role: Said['role']; text: string; asked: string | null }[];
      return rows.reverse().map(({ role, text, asked }) => (asked === null ? { role, text } : { role, text, asked: JSON.parse(asked) as Choice[] }));
    },
    standing,
    dataClass: (place: Place): DataClass => standing(place)?.dataClass ?? 'public',
    /** Raises the conversation's class for good; a lower one changes nothing. */
    raise(place: Place, dataClass: DataClass): void {
      if (dataClass !== 'public') raiseClass.run(dataClass, ...key(place));
    },
    /** Saying the same message id again replaces its text. */
    say(place: Place, message: { id: string; text: string; at: number }): void {
      insertChat.run(...key(place), message.at);
      insertMessage.run(...key(place), message.id, 'user', 'complete', message.text, message.at);
    },
    /** Makes room for an answer, so that a crash in mid-answer is seen at the next start. */
    begin(place: Place, id: string, at: number): void {
      insertMessage.run(...key(place), id, 'assistant', 'running', '', at);
    },
    /** The answer that waited for the visitor runs again; what it waited for cannot be decided a second time. */
    goOn(place: Place, id: string): void {
      goOn.run(...key(place), id);
    },
    end(place: Place, id: string, state: MessageState, text: string, extra: Extra): void {
      updateMessage.run(state, text, JSON.stringify(extra), ...key(place), id);
    },
    /** Removes a message and all that came after it: regenerating or editing starts from there. */
    rewind(place: Place, fromMessage: string): void {
      deleteFrom.run(...key(place), fromMessage);
    },
    setAgent(place: Place, agent: string): void {
      updateAgent.run(agent, ...key(place));
    },
    rate(place: Place, message: string, rating: 'up' | 'down', comment: string | undefined, trace: string | undefined): void {
      upsertFeedback.run(...key(place), message, rating, comment ?? null, trace ?? null, Date.now());
    },
    /** Deletes every row of a visitor; returns how many. Freed pages are overwritten (secure_delete) and the WAL is emptied. */
    erase(site: string, visitor: string): number {
      work.settle();
      let rows = 0;
      for (const table of ['messages', 'chats', 'feedback']) {
        rows += Number(database.prepare(`DELETE FROM ${table} WHERE site = ? AND visitor = ?`).run(site, visitor).changes);
      }
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return rows;
    },
  };
}
