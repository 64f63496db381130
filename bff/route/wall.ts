/** The wall around private text: who may read it, and the last check before a call, whatever the order of models says. */
import type { DataClass, Model, Provider, RouteSettings } from '../layers.ts';
import type { CallModel } from './provider.ts';

/** Whether what is in a step of this class may be read by private providers only. */
export function isWalled(dataClass: DataClass, { internal }: Pick<RouteSettings, 'internal'>): boolean {
  return dataClass === 'regulated' || (dataClass === 'internal' && internal === 'private');
}

/**
 * The ways to models, closed where the text may not go: asking for one throws. The order never holds such a choice;
 * should it ever, the turn breaks instead of the promise.
 */
export function behindWall(callOf: (model: Model) => CallModel, dataClass: DataClass, settings: Pick<RouteSettings, 'internal'>, providers: Record<string, Provider>): (model: Model) => CallModel {
  if (!isWalled(dataClass, settings)) return callOf;
  return (model) => {
    const provider = providers[model.provider];
    if (provider?.private !== true && provider?.kind !== 'builtin') throw new Error(`${dataClass} text may not go to ${model.provider}`);
    return callOf(model);
  };
}
