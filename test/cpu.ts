/** A clock that stands still while the machine does something else. */

/** CPU time of this thread (ms). */
export function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
