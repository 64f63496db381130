/**
 * The weights of rescore.ts, learned by test/bench/memory/train.ts from the conversations beside it; not edited by hand.
 * `vectors` where texts have vectors, `words` where they have none.
 */
import type { Features } from './features.ts';

export const WEIGHTS: Record<'vectors' | 'words', Features> = {
  vectors: { own: -0.319, ownTop: 0.494, covered: 0.075, before: 0.516, after: -0.158, before2: 1.517, after2: -0.022, wider: 0.267, window: 0.149, reply: 1.222, session: 1.007, sessionTop: 1.377, speaker: 0.848, role: 0.638, question: -0.830, length: 2.829, firstPerson: 0.251, time: 1.116, number: 1.252, place: 1.251, person: 1.211, reason: 0.362, date: 3.588, feedback: 0.122, meant: 1.161, meantAround: 1.176, near: 1.179, nearTop: 1.542, nearAround: 0.976, nearSession: 2.107 },
  words: { own: 0.169, ownTop: 0.565, covered: 0.719, before: 0.396, after: -0.102, before2: 1.131, after2: -0.139, wider: 0.091, window: 0.543, reply: 1.297, session: 1.444, sessionTop: 1.447, speaker: 0.746, role: 0.805, question: -0.691, length: 3.647, firstPerson: 0.051, time: 1.253, number: 1.265, place: 0.999, person: 1.021, reason: 0.624, date: 3.369, feedback: 0.044, meant: 0.834, meantAround: 0.543, near: 0.000, nearTop: 0.000, nearAround: 0.000, nearSession: 0.000 },
};
