/**
 * The weights of rescore.ts, learned by test/bench/memory/train.ts from the conversations beside it; not edited by hand.
 * `vectors` where texts have vectors, `words` where they have none.
 */
import type { Features } from './features.ts';

export const WEIGHTS: Record<'vectors' | 'words', Features> = {
  vectors: { own: -0.032, ownTop: 0.678, covered: 0.475, before: 0.622, after: -0.205, before2: 1.573, after2: 0.042, wider: 0.077, window: 0.635, reply: 1.184, session: 1.213, sessionTop: 1.445, speaker: 0.743, role: 0.772, question: -0.774, length: 3.282, firstPerson: 0.261, time: 1.158, number: 1.417, place: 0.786, person: 1.263, reason: 0.537, date: 3.762, feedback: 0.355, near: 1.445, nearTop: 1.809, nearAround: 0.937, nearSession: 2.307 },
  words: { own: 0.297, ownTop: 1.067, covered: 0.899, before: 0.297, after: -0.198, before2: 1.115, after2: -0.237, wider: -0.152, window: 0.915, reply: 1.403, session: 1.654, sessionTop: 1.711, speaker: 0.793, role: 0.714, question: -0.632, length: 3.644, firstPerson: 0.054, time: 1.151, number: 1.272, place: 0.831, person: 1.123, reason: 0.742, date: 3.554, feedback: 0.319, near: 0.000, nearTop: 0.000, nearAround: 0.000, nearSession: 0.000 },
};
