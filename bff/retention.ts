/** Deletes what a site keeps for longer than its configuration allows: at the start, then once a day. */
import type { SiteConfig } from './config.ts';

const DAY_MS = 86_400_000;

export type Retention = { swept: Promise<void>; close(): Promise<void> };
type Parts = { sites: SiteConfig[]; expire: (site: string, before: number) => Promise<number>; log: (line: string) => void };

/** `expire` deletes everything of a site from before a moment (epoch ms) and returns how many rows that was. */
export function keepRetention({ sites, expire, log }: Parts): Retention {
  const limited = sites.flatMap(({ id, retentionDays }) => (retentionDays === undefined ? [] : [{ id, retentionDays }]));
  async function sweep(): Promise<void> {
    for (const { id, retentionDays } of limited) {
      try {
        const rows = await expire(id, Date.now() - retentionDays * DAY_MS);
        if (rows > 0) log(`retention of ${id}: ${rows} rows older than ${retentionDays} days were deleted`);
      } catch (error) {
        log(`retention of ${id} failed and is tried again tomorrow: ${String(error)}`);
      }
    }
  }
  let swept = sweep();
  const timer = limited.length === 0 ? null : setInterval(() => { swept = swept.then(sweep); }, DAY_MS).unref();
  return {
    swept,
    async close() {
      if (timer) clearInterval(timer);
      await swept;
    },
  };
}
