/**
 * A fast clock for a whole process: loaded with `--import`, before anything else, it makes the time of day, the
 * time that passes and every timer run HALFSECOND_CLOCK_SPEED times as fast. So a drill of a quarter of an hour
 * is over in a minute, and nothing in the bff has to know: not one setting or constant is another than in earnest.
 */
import timers from 'node:timers';
import { syncBuiltinESMExports } from 'node:module';

const speed = Number(process.env['HALFSECOND_CLOCK_SPEED']);
if (!(speed >= 1)) throw new Error(`HALFSECOND_CLOCK_SPEED is "${process.env['HALFSECOND_CLOCK_SPEED']}": expected a number of 1 or more.`);

const realNow = performance.now.bind(performance);
const startedAt = realNow();
const startedOn = Date.now();
const passed = (): number => (realNow() - startedAt) * speed;

Object.defineProperty(performance, 'now', { value: () => startedAt + passed() });
Date.now = () => Math.floor(startedOn + passed());
globalThis.Date = new Proxy(Date, {
  construct: (target, args: unknown[], newTarget) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, newTarget) as object,
});

type Timer = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => unknown;
for (const name of ['setTimeout', 'setInterval'] as const) {
  const real = globalThis[name] as Timer;
  const fast: Timer = (callback, ms = 0, ...args) => real(callback, ms / speed, ...args);
  for (const place of [globalThis, timers]) Object.defineProperty(place, name, { value: fast, writable: true, configurable: true });
}
syncBuiltinESMExports();
