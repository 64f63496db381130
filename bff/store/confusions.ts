/** Which answers visitors were not content with, out of the stored conversations: for the operator who teaches the agents. */
import type { DatabaseSync } from 'node:sqlite';
import type { Extra, Found } from './conversations.ts';

/** `why`: a thumbs-down, a person was wanted after it, nobody took it, another handover; or a thumbs-up although dispatch was not sure. */
export type Complaint = {
  why: 'thumbs-down' | 'person' | 'nobody' | 'handoff' | 'thumbs-up';
  site: string;
  /** Epoch ms. */
  at: number;
  traceId: string | null;
  /** Who answered. */
  agent: string | null;
  found: Found | null;
  question: string;
  comment: string | null;
};
type Row = { site: string; visitor: string; chat: string; position: number; extra: string; at: number; rating: 'up' | 'down' | null; comment: string | null };

/** A thumbs-up below this score is worth an example. */
const UNSURE = 0.7;
const MOST = 2_000;

/** What was complained about since `since` (epoch ms), newest first. */
export function readComplaints(database: DatabaseSync, since: number): Complaint[] {
  const rows = database.prepare(`
    SELECT m.site, m.visitor, m.chat, m.position, m.extra, m.at, f.rating, f.comment FROM messages m
    LEFT JOIN feedback f ON f.site = m.site AND f.visitor = m.visitor AND f.chat = m.chat AND f.message = m.id
    WHERE m.role = 'assistant' AND m.at >= ? AND (f.rating IS NOT NULL OR json_extract(m.extra, '$.handoff') IS NOT NULL)
    ORDER BY m.at DESC LIMIT ?`).all(since, MOST) as Row[];
  const questionBefore = database.prepare(`SELECT text FROM messages WHERE site = ? AND visitor = ? AND chat = ? AND position < ? AND role = 'user' ORDER BY position DESC LIMIT 1`);
  const answerBefore = database.prepare(`
    SELECT site, visitor, chat, position, extra, at, NULL AS rating, NULL AS comment FROM messages
    WHERE site = ? AND visitor = ? AND chat = ? AND position < ? AND role = 'assistant' ORDER BY position DESC LIMIT 1`);

  /** An answer is complained about once, however it was told. */
  const told = new Set<string>();
  return rows.flatMap((row) => {
    const { handoff, found } = JSON.parse(row.extra) as Extra;
    const complaints: Complaint[] = [];
    const tell = (why: Complaint['why'], of: Row): void => {
      const key = JSON.stringify([of.site, of.visitor, of.chat, of.position]);
      if (told.has(key)) return;
      told.add(key);
      const { agent = null, found = null, traceId = null } = JSON.parse(of.extra) as Extra;
      const asked = questionBefore.get(of.site, of.visitor, of.chat, of.position) as { text: string } | undefined;
      if (asked) complaints.push({ why, site: of.site, at: row.at, traceId, agent, found, question: asked.text, comment: of.comment });
    };
    if (row.rating === 'down') tell('thumbs-down', row);
    if (handoff === 'requested') {
      // Whoever wants a person was not helped by the answer before; without one nobody has been confused yet.
      const before = answerBefore.get(row.site, row.visitor, row.chat, row.position) as Row | undefined;
      if (before) tell('person', before);
    } else if (handoff !== undefined && row.rating === null) tell(found?.abstained ? 'nobody' : 'handoff', row);
    if (row.rating === 'up' && found && !found.abstained && found.score < UNSURE) tell('thumbs-up', row);
    return complaints;
  });
}
