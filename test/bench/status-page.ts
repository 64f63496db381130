/**
 * The status page as a visitor's browser gets it: bytes with a lived-in past (four models, seven components, 81 days,
 * an outage), largest contentful paint and layout shifts at slow 4G with a processor four times slower, in a real Chromium.
 * Each measurement is a first visit; medians count. ROUNDS=9 measures more often.
 */
import { loadavg } from 'node:os';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from '../chromium.ts';
import { livedIn } from '../status/lived-in.ts';
import { scriptWeight, SLOW_4G, vitals, weight } from '../status/looking.ts';

const rounds = Number(process.env['ROUNDS'] ?? 7);
const LIVE_MS = 3_000;
const pages = ['/', '/de/', '/models/gpt-5-mini/'];
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const kb = (bytes: number): string => `${(bytes / 1_000).toFixed(2)} KB`;

const before = loadavg()[0] ?? 0;
const host = await livedIn(1_200);
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
let failed = false;
try {
  console.log('| figure | measured | goal | |\n|---|---|---|---|');
  for (const outage of [false, true]) {
    host.write(outage);
    const bytes = await weight(`${host.url}/`);
    row(`main page, brotli, ${outage ? 'in an outage' : 'calm'} (${kb((await (await fetch(`${host.url}/`)).arrayBuffer()).byteLength)} plain)`, kb(bytes), '15 KB', bytes <= 15_000);
  }
  const script = await scriptWeight(`${host.url}/`);
  row('its script, brotli', kb(script), '3 KB', script <= 3_000);
  console.log(`| one second of an open page: /snapshot.json and its signatures, brotli | ${kb(await weight(`${host.url}/snapshot.json`) + await weight(`${host.url}/snapshot.sig`))} | | |`);
  for (const path of pages) {
    const slow = [];
    for (let round = 0; round < rounds; round += 1) {
      // The page lives on while it is watched: what arrives must not move it either.
      const ticking = setInterval(() => host.write(true), 1_000);
      slow.push(await vitals(browser, host.url + path, SLOW_4G, LIVE_MS).finally(() => clearInterval(ticking)));
    }
    const lcps = slow.map((each) => each.lcp);
    const cls = Math.max(...slow.map((each) => each.cls));
    row(`LCP of ${path} at slow 4G, 4 × slower processor, n = ${rounds} (${Math.round(Math.min(...lcps))}–${Math.round(Math.max(...lcps))} ms)`, `${Math.round(median(lcps))} ms`, path.includes('models') ? null : '500 ms', median(lcps) <= 500);
    row(`CLS of ${path} in its first ${LIVE_MS / 1_000} s, the worst of ${rounds}`, cls.toFixed(4), path.includes('models') ? null : '0', cls === 0);
  }
  console.log(`\nLoad average ${before.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after. Slow 4G: ${SLOW_4G.rtt} ms round trip, ${Math.round((SLOW_4G.bytesPerSecond * 8) / 1_000)} kbit/s.`);
} finally {
  await browser.close();
  await host.end();
}
process.exitCode = failed ? 1 : 0;

/** Goals are the front page's; other pages are measured beside it. */
function row(figure: string, measured: string, goal: string | null, reached: boolean): void {
  failed ||= goal !== null && !reached;
  console.log(`| ${figure} | ${measured} | ${goal === null ? '| ' : `≤ ${goal} | ${reached ? 'reached' : '**missed**'} `}|`);
}
