/** The turn that asks back: which of two agents the visitor means, in their language and as prompts to choose from. */
import type { StreamEvent } from '@halfsecond/shared/wire';
import type { Choice, Question, Spans, TurnRecord } from '../layers.ts';
import { clarification, statusEvent } from './sentences.ts';

/** No model is asked: the answer is one sentence, and the prompts are what the visitor may say next. */
export function* clarify(question: Question, record: TurnRecord, asked: Choice[], spans: Spans): Generator<StreamEvent> {
  record.text = clarification(question, asked.map(({ title }) => title));
  yield { type: 'start-step' };
  spans.token();
  yield statusEvent(question, 'answering');
  yield { type: 'text-start', id: 'text-1' };
  yield { type: 'text-delta', id: 'text-1', delta: record.text };
  yield { type: 'text-end', id: 'text-1' };
  yield { type: 'finish-step' };
  yield { type: 'data-prompts', transient: true, data: { prompts: asked.map(({ prompt }) => prompt) } };
}
