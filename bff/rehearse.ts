/**
 * A few turns before the first visitor comes, seen and kept by nobody: the first one of a process reads files and has
 * its code compiled on the way. A trace has shown what that costs.
 */
import type { Site, Turn } from './layers.ts';

const QUESTIONS = ['What is this?', 'How do I start?', 'What does it cost?', 'Where can I read more about it?', 'Can I talk to a person?', 'How do I change my settings, and what happens then?'];
/** No further turn begins after this long, and each has so long (ms). */
const LONGEST_MS = 400;
const DEADLINE_MS = 3_000;

/** `turn` must neither ask a model nor store anything. Never rejects: a turn ends with an event whatever happens. */
export async function rehearse(turn: Turn, sites: Site[]): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  for (const text of QUESTIONS) {
    for (const { id: site } of sites) {
      if (performance.now() > until) return;
      const owner = { site, visitor: 'nobody', chat: 'rehearsal', identified: false };
      const question = { id: 'rehearsal', traceId: '1'.padStart(32, '0'), owner, messageId: 'rehearsal', text, lang: 'en', recent: [], dataClass: 'public' as const, agent: null, resetStep: false, arrivedAt: performance.now() };
      for await (const event of turn(question, AbortSignal.timeout(DEADLINE_MS))) if (event.type === 'error') break;
    }
  }
}
