/** The bff's figures as Prometheus text. */
import type { Outcome, ProviderHealth, QueueState } from '@halfsecond/shared/status';

/** `models`: calls that run now, by model id. `spend`: US dollars of today (UTC), and how often a model was passed over for them. `dropped`: traces that were never kept or sent. */
type View = { queue: QueueState; turns: ReadonlyMap<Outcome, number>; providers: ProviderHealth[]; models: Record<string, number>; spend: { spent: number; limit: number; passedOver: number }; dropped: { disk: number; export: number } };

export function prometheus({ queue, turns, providers, models, spend, dropped }: View): string {
  const lines = [
    ...family('halfsecond_queue_depth', 'gauge', 'Turns that wait for a place.', [['', queue.depth]]),
    ...family('halfsecond_in_flight', 'gauge', 'Turns that are being answered.', [['', queue.inFlight]]),
    ...family('halfsecond_model_in_flight', 'gauge', 'Calls to a model that run now.', Object.entries(models).map(([id, count]) => [`{model="${id}"}`, count])),
    ...family('halfsecond_capacity', 'gauge', 'Turns that may be answered at once.', [['', queue.capacity]]),
    ...family('halfsecond_turns_total', 'counter', 'Ended turns by outcome.', [...turns].map(([outcome, count]) => [`{outcome="${outcome}"}`, count])),
    ...family('halfsecond_provider_up', 'gauge', '1 while the provider answers.', providers.filter(({ state }) => state !== 'off').map(({ id, state }) => [`{provider="${id}"}`, state === 'down' ? 0 : 1])),
    ...family('halfsecond_spend_dollars', 'gauge', 'What paid models cost today (UTC), calls that run at their worst.', [['', spend.spent]]),
    ...family('halfsecond_spend_limit_dollars', 'gauge', 'What they may cost in a day.', [['', spend.limit]]),
    ...family('halfsecond_traces_dropped_total', 'counter', 'Traces that were not kept on disk, or not taken by the OpenTelemetry collector.', [['{by="disk"}', dropped.disk], ['{by="export"}', dropped.export]]),
    ...family('halfsecond_budget_passed_over_total', 'counter', 'Times that a model was not asked because the daily budget is used up.', [['', spend.passedOver]]),
  ];
  return `${lines.join('\n')}\n`;
}

function family(name: string, type: 'gauge' | 'counter', help: string, values: [string, number][]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...values.map(([labels, value]) => `${name}${labels} ${value}`)];
}
