/**
 * The embedded answerer. It is no language model: it answers with the sentences of the given passages that answer,
 * cites them, works tool results into words, and says so plainly when it does not know.
 */
import type { RouteMessage, Snippet, ToolCall } from '../../layers.ts';
import { extract, type Piece } from '../answer/extract.ts';
import { asksForSteps, goesOn, isGeneral, withoutPointing } from '../answer/kind.ts';
import { languages, type Phrases } from '../answer/languages.ts';
import { phrasesFor, smallTalk, wantsPerson } from '../answer/phrases.ts';
import { readerFor } from '../answer/reader.ts';
import { workResults } from '../answer/results.ts';
import { searchCalls, triggeredCalls } from '../answer/tools.ts';
import { asks, leadsOn } from '../answer/units.ts';
import { gapAfter, piecesOf } from '../answer/unspaced.ts';
import type { Ask, Caller, Ended, Sink } from '../provider.ts';

/** What it is going to say. `handoff` offers a person. */
type Answer = { paragraphs: string[]; cites: Snippet[]; calls: ToolCall[]; handoff: string | null };

/** Beside a tool's result only passages that fit the question this well are worth saying. */
const SURE = 0.85;

/** The tool that tells a person, when the operator has set it up. */
const HANDOFF = 'handoff.person';

/**
 * A pattern is compiled when it first meets a text, for plain letters and for others apart. `warm` meets each language
 * once, so that no visitor waits for that (tens of milliseconds).
 */
export function createBuiltin(): Caller {
  return {
    warm: async () => {
      for (const [lang, { says }] of Object.entries(languages)) compose({ lang, messages: [{ role: 'user', text: says.wordForWord }], snippets: [passageOf(says.whoAmI)], tools: [] });
    },
    call: async (ask, _stop, sink) => {
      const answer = compose(ask);
      say(answer, ask.standIn ? prefaceOf(answer, phrasesFor(ask.lang)) : '', sink);
      const ended: Ended = { reason: answer.calls.length > 0 ? 'calls' : 'stop', usage: { inputTokens: 0, outputTokens: 0 }, calls: answer.calls };
      return ended;
    },
  };
}

/** Who stands in for a language model says so, before what is more than small talk. */
function prefaceOf(answer: Answer, phrases: Phrases): string {
  if (answer.cites.length > 0) return `*${phrases.standIn}${gapAfter(phrases.standIn)}${phrases.wordForWord}*`;
  return answer.handoff === 'no-answer' ? `*${phrases.standIn}*` : '';
}

function say(answer: Answer, preface: string, sink: Sink): void {
  const text = [preface, ...answer.paragraphs].filter((paragraph) => paragraph !== '').join('\n\n');
  for (const chunk of piecesOf(text)) sink({ type: 'text', text: chunk });
  for (const snippet of answer.cites) sink({ type: 'cite', snippet });
  if (answer.handoff !== null) sink({ type: 'handoff', reason: answer.handoff });
}

function compose(ask: Pick<Ask, 'lang' | 'messages' | 'snippets' | 'tools'>): Answer {
  const phrases = phrasesFor(ask.lang);
  const reader = readerFor(ask.lang);
  const asked = ask.messages.findLastIndex((message) => message.role === 'user');
  const question = textOf(ask.messages[asked]);
  const turn = ask.messages.slice(asked + 1);
  const results = turn.filter((message) => message.role === 'tool');
  const called = new Set([...results.map((result) => result.name), ...turn.flatMap((message) => (message.role === 'assistant' ? message.calls.map((call) => call.name) : []))]);

  const talk = smallTalk(question);
  if (talk !== null) return plain(phrases[talk]);
  const offered = ask.tools.some(({ name }) => name === HANDOFF);
  if (wantsPerson(question, saidBefore(ask.messages.slice(0, asked)))) {
    if (offered && !called.has(HANDOFF)) return { ...plain(''), calls: [{ id: `builtin_${crypto.randomUUID()}`, name: HANDOFF, input: { reason: question } }] };
    const told = results.some(({ name, failed }) => name === HANDOFF && !failed);
    return { ...plain(told ? phrases.askedForPerson : phrases.noPerson), handoff: 'requested' };
  }

  const worked = workResults(results, ask.tools, phrases);
  const known = new Set(worked.passages.map((passage) => passage.id));
  const passages = [...worked.passages, ...ask.snippets.filter((snippet) => usable(snippet) && !known.has(snippet.id))];
  const before = goesOn(question, reader.contentWords(question).length) ? textOf(ask.messages.slice(0, asked).findLast((message) => message.role === 'user')) : '';
  const { pieces, coverage } = extract(question, passages, reader, before);

  // "What happens when it is down?" asks about the product, "is it down?" about now.
  const general = isGeneral(question);
  const searches = coverage < SURE ? searchCalls(`${withoutPointing(question)} ${before}`.trim(), ask.tools, called, reader) : [];
  const triggered = general && (pieces.length > 0 || searches.length > 0 || asksForSteps(question)) ? [] : triggeredCalls(question, ask.tools, called, reader);
  if (triggered.length > 0) return { ...plain(''), calls: triggered };
  if (searches.length > 0 && worked.words.length === 0) return { ...plain(''), calls: searches };

  if (pieces.length > 0 && (worked.words.length === 0 || coverage >= SURE)) {
    const cites = [...new Set(pieces.map((piece) => piece.snippet))].filter((snippet) => snippet.source.kind === 'knowledge');
    return { paragraphs: [...worked.words, write(pieces, phrases)], cites, calls: [], handoff: null };
  }
  if (worked.words.length > 0) return { ...plain(worked.words.join('\n\n')), handoff: results.every((result) => result.failed) ? 'no-answer' : null };

  return { ...plain(offered ? `${phrases.unknown}${gapAfter(phrases.unknown)}${phrases.offerPerson}` : phrases.unknown), handoff: 'no-answer' };
}

function plain(text: string): Answer {
  return { paragraphs: [text], cites: [], calls: [], handoff: null };
}

/** Of the conversation only what the visitor stated counts, in their own words; a question answers nothing. */
function usable(snippet: Snippet): boolean {
  return snippet.source.kind === 'knowledge' || (snippet.source.kind === 'turn' && snippet.source.role === 'user' && !asks(snippet.text));
}

/** Sentences of one block run on; several items stay a list under the sentence that leads it; code stays code. */
function write(pieces: Piece[], phrases: Phrases): string {
  const listed = pieces.filter(({ unit }) => unit.kind === 'item' || unit.kind === 'row');
  let text = '';
  let before: Piece | null = null;
  for (const piece of pieces) {
    const { unit, snippet } = piece;
    if (snippet.source.kind === 'turn' && before?.snippet === snippet) continue;
    const sameBlock = before?.snippet === snippet && before.unit.block === unit.block;
    const inList = listed.length > 1 && listed.includes(piece);
    const led = (inList || unit.kind === 'code') && !sameBlock && leadsOn(unit.lead) && !pieces.some((other) => other.unit.text === unit.lead);
    const own = snippet.source.kind === 'turn' ? phrases.youSaid(snippet.text.trim()) : unit.text;
    const gap = before === null ? '' : sameBlock ? (inList ? '\n' : gapAfter(before.unit.text)) : '\n\n';
    text += `${gap}${led ? `${unit.lead}\n\n` : ''}${inList ? '- ' : ''}${own}`;
    before = piece;
  }
  return text;
}

function passageOf(text: string): Snippet {
  return { id: '', text, score: 0, tokens: 0, at: null, source: { kind: 'knowledge', document: '', title: '', heading: null, url: null } };
}

/** The last answer. */
function saidBefore(messages: RouteMessage[]): string {
  const message = messages.findLast(({ role }) => role === 'assistant');
  return message?.role === 'assistant' ? message.text.trim() : '';
}

function textOf(message: RouteMessage | undefined): string {
  return message?.role === 'user' ? message.text.trim() : '';
}
