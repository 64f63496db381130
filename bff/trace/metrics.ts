/** The bff's figures as Prometheus text. */
import type { Outcome, ProviderHealth, QueueState } from '@halfsecond/shared/status';

/** `models`: calls that run now, by model id. */
type View = { queue: QueueState; turns: ReadonlyMap<Outcome, number>; providers: ProviderHealth[]; models: Record<string, number> };

export function prometheus({ queue, turns, providers, models }: View): string {
  const lines = [
    ...family('halfsecond_queue_depth', 'gauge', 'Turns that wait for a place.', [['', queue.depth]]),
    ...family('halfsecond_in_flight', 'gauge', 'Turns that are being answered.', [['', queue.inFlight]]),
    ...family('halfsecond_model_in_flight', 'gauge', 'Calls to a model that run now.', Object.entries(models).map(([id, count]) => [`{model="${id}"}`, count])),
    ...family('halfsecond_capacity', 'gauge', 'Turns that may be answered at once.', [['', queue.capacity]]),
    ...family('halfsecond_turns_total', 'counter', 'Ended turns by outcome.', [...turns].map(([outcome, count]) => [`{outcome="${outcome}"}`, count])),
    ...family('halfsecond_provider_up', 'gauge', '1 while the provider answers.', providers.filter(({ state }) => state !== 'off').map(({ id, state }) => [`{provider="${id}"}`, state === 'down' ? 0 : 1])),
  ];
  return `${lines.join('\n')}\n`;
}

function family(name: string, type: 'gauge' | 'counter', help: string, values: [string, number][]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...values.map(([labels, value]) => `${name}${labels} ${value}`)];
}
