/** Names and durations as visitors read them. */
import type { ToolPart } from '../stream/transcript.ts';
import type { Strings } from '../locales/en.ts';

/** 431 becomes "431 ms", 1 240 "1.2 s". */
export function duration(strings: Strings, ms: number): string {
  return ms < 1_000 ? strings.milliseconds(String(Math.round(ms))) : strings.seconds((ms / 1_000).toFixed(1));
}

/** The tool's own title; without one `docs.search_pages` reads as "Search pages". */
export function toolTitle({ title, name }: ToolPart): string {
  const words = (title ?? name.split('.').at(-1) ?? name).replace(/[_-]+/g, ' ').trim();
  return words === '' ? name : words[0]?.toUpperCase() + words.slice(1);
}
