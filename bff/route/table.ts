/** What the steps of all answers share, and what is decided about one before it runs. */
import type { Model, RouteInput, RouteSettings } from '../layers.ts';
import type { Drive } from './drive.ts';
import type { Answered, HealthEvent, Standing } from './health.ts';
import type { Choice } from './pick.ts';
import type { Places } from './places.ts';
import type { Price } from './prices.ts';
import type { CallModel } from './provider.ts';
import type { Purse } from './race.ts';
import type { Spend } from './spend.ts';

/** What all steps share. `purse` is replaced by every move of every race. */
export type Table = {
  settings: RouteSettings;
  purse: Purse;
  places: Places;
  spend: Spend;
  /** How long a step waits in line (ms). */
  wait: number;
  happened(event: HealthEvent | Answered): void;
  standing(model: Model): Standing;
  priceOf(model: Model): Price;
  callOf(model: Model): CallModel;
  /** Who may answer, in which order. */
  plan(input: RouteInput): Plan;
  /** Replaces the clock, for tests (epoch ms). */
  now: (() => number) | undefined;
  /** What runs. */
  drives: Set<Drive>;
  log(line: string): void;
};
/**
 * `input` with the data class that its texts need; `tokens` that it has at most. `preferred`: the model that the
 * configuration would take if all were well. `handoff`: why a person is offered when builtin answers. `callOf`: the
 * way to a model; throws where the text may not go.
 */
export type Plan = { input: RouteInput; tokens: number; order: Choice[]; preferred: string | null; handoff: string | null; callOf: Table['callOf'] };
