/**
 * What paid calls may cost in a day (UTC), over all sites. The worst that a call can cost is reserved before it
 * starts, and what it did cost is put in its place afterwards; so calls that race for the last cent cannot pass the
 * limit together. A call that dies with the process stays reserved: nobody can say what it cost.
 */
import type { Usage } from '@halfsecond/shared/wire';
import type { Ledger, Model, RouteInput } from '../layers.ts';
import type { Attempted } from './attempt.ts';
import { costOf, type Price } from './prices.ts';

/** Puts the real cost in the place of the reserved one; further calls do nothing. */
export type Settle = (cost: number) => void;
export type Spend = {
  /** Null when the limit would be passed by it. What is free is always given. */
  reserve(worst: number): Settle | null;
  /** US dollars that are left today; 0 when the books cannot be read. */
  left(): number;
  /** US dollars of today and of the limit; how often a model was passed over since the start. */
  view(): { spent: number; limit: number; passedOver: number };
  /** A model was not asked because of the limit. */
  passed(): void;
};

export const BUDGET_REASON = 'daily budget is used up';

/** A token is rarely less than this (UTF-8 bytes): prose of any script has more bytes to a token. */
const BYTES_PER_TOKEN = 3;
/** What protocols add around each message and tool (tokens). */
const TOKENS_AROUND = 16;
const DAY_MS = 86_400_000;

/** `limit` in US dollars a day; 0 allows only what is free. `now` gives epoch ms. */
export function createSpend({ limit, ledger, now = Date.now, log }: { limit: number; ledger: Ledger; now?: () => number; log: (line: string) => void }): Spend {
  let named = { number: 0, day: '1970-01-01' };
  let passedOver = 0;

  /** As 2026-11-22; made once a day, because every call asks several times. */
  function today(): string {
    const number = Math.floor(now() / DAY_MS);
    if (number !== named.number) named = { number, day: new Date(number * DAY_MS).toISOString().slice(0, 10) };
    return named.day;
  }

  /** Books that cannot be written or read count as used up: fails closed. */
  function book<T>(use: () => T, closed: T): T {
    try {
      return use();
    } catch (error) {
      log(`the books of the daily budget cannot be used: ${error instanceof Error ? error.message : String(error)}`);
      return closed;
    }
  }

  return {
    reserve(worst) {
      if (worst <= 0) return () => {};
      const day = today();
      if (!book(() => ledger.add(day, worst, limit), false)) return null;
      let open = true;
      return (cost) => {
        if (!open) return;
        open = false;
        // What was spent is spent, even where it was more than the worst that could be foreseen.
        book(() => ledger.add(day, cost - worst, Infinity), false);
      };
    },
    left: () => book(() => limit - ledger.spent(today()), 0),
    view: () => ({ spent: book(() => ledger.spent(today()), limit), limit, passedOver }),
    passed() {
      passedOver += 1;
    },
  };
}

/** Nobody counts: for a router without a limit. */
export const unlimited: Spend = { reserve: () => () => {}, left: () => Infinity, view: () => ({ spent: 0, limit: Infinity, passedOver: 0 }), passed: () => {} };

/** The tokens that a question has at most, by its bytes. */
export function tokensAtMost(input: Pick<RouteInput, 'system' | 'messages' | 'snippets' | 'tools'>): number {
  const bytes = Buffer.byteLength(input.system) + Buffer.byteLength(JSON.stringify([input.messages, input.snippets.map(({ text }) => text), input.tools]));
  return Math.ceil(bytes / BYTES_PER_TOKEN) + TOKENS_AROUND * (4 + input.messages.length + input.snippets.length + input.tools.length);
}

/** The most that a call can cost: its whole question, and an answer as long as the model may give. US dollars. */
export function worstCost(inputTokens: number, model: Model, price: Price): number {
  return costOf({ inputTokens, outputTokens: model.maxOutputTokens }, price);
}

/**
 * What an attempt did cost (US dollars). A provider that told its figures is believed. One that broke off or was
 * left told none: it is charged for the question and the text that came, unless it refused before it began.
 */
export function realCost({ ended, failure, report, text }: Pick<Attempted, 'ended' | 'failure' | 'report' | 'text'>, inputTokens: number, price: Price): number {
  const usage: Usage | null = ended?.usage ?? null;
  if (usage !== null && usage.inputTokens + usage.outputTokens > 0) return costOf(usage, price);
  const refused = report.firstContent === null && failure !== null && ['auth', 'throttled', 'network', 'server', 'refused'].includes(failure.kind);
  return refused ? 0 : costOf({ inputTokens, outputTokens: Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN) }, price);
}

/** The order without the models that the rest of the day's budget cannot pay; the first that is left says so. */
export function withinBudget<T extends { model: Model; reason: string }>(order: T[], left: number, worst: (choice: T) => number): { order: T[]; passed: T[] } {
  const passed = order.filter((choice) => worst(choice) > Math.max(0, left));
  const rest = order.filter((choice) => !passed.includes(choice));
  const names = passed.map(({ model }) => model.id).join(', ');
  return { passed, order: passed.length === 0 ? rest : rest.map((choice, at) => (at === 0 ? { ...choice, reason: `${BUDGET_REASON}: passed over ${names}` } : choice)) };
}
