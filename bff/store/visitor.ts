/** All that the database keeps of a visitor, to be handed out, and all of a site that has become too old, to be deleted. */
import type { DatabaseSync } from 'node:sqlite';
import type { Work } from './work.ts';

export type VisitorData = {
  chats: { id: string; agent: string | null; createdAt: number; messages: { id: string; role: string; state: string; text: string; at: number }[] }[];
  feedback: { chat: string; message: string; rating: string; comment: string | null; at: number }[];
};
type Message = VisitorData['chats'][number]['messages'][number] & { chat: string };

export function openVisitorData(database: DatabaseSync, work: Work) {
  const chats = database.prepare('SELECT id, agent, created_at AS createdAt FROM chats WHERE site = ? AND visitor = ? ORDER BY created_at');
  const messages = database.prepare('SELECT chat, id, role, state, text, at FROM messages WHERE site = ? AND visitor = ? ORDER BY chat, position');
  const feedback = database.prepare('SELECT chat, message, rating, comment, at FROM feedback WHERE site = ? AND visitor = ? ORDER BY at');
  return {
    read(site: string, visitor: string): VisitorData {
      work.settle();
      const said = Map.groupBy(messages.all(site, visitor) as Message[], ({ chat }) => chat);
      return {
        chats: (chats.all(site, visitor) as Omit<VisitorData['chats'][number], 'messages'>[]).map((chat) => ({
          ...chat, messages: (said.get(chat.id) ?? []).map(({ id, role, state, text, at }) => ({ id, role, state, text, at })),
        })),
        feedback: feedback.all(site, visitor) as VisitorData['feedback'],
      };
    },
    /** Deletes what a site has from before a moment (epoch ms), and chats that have nothing left; returns how many rows. */
    expire(site: string, before: number): number {
      work.settle();
      const changes = [
        database.prepare('DELETE FROM messages WHERE site = ? AND at < ?').run(site, before),
        database.prepare('DELETE FROM feedback WHERE site = ? AND at < ?').run(site, before),
        database.prepare('DELETE FROM chats WHERE site = ?1 AND created_at < ?2 AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.site = chats.site AND messages.visitor = chats.visitor AND messages.chat = chats.id)').run(site, before),
      ].reduce((sum, { changes: rows }) => sum + Number(rows), 0);
      if (changes > 0) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return changes;
    },
  };
}
