/** Moments as rows keep them. Pure. */

/** True for epoch milliseconds that a calendar has; others, however finite, cannot be written as a date. */
export function isMoment(at: unknown): at is number {
  return typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
}
