/** The report of confusions as text for a terminal. Pure. */
import type { Complaint } from '../store/confusions.ts';

const SHOWN = 5;
const TEXT_MAX = 100;
const words: Record<Complaint['why'], string> = { 'thumbs-down': 'thumbs-down', person: 'wanted a person', nobody: 'nobody took it', handoff: 'handed over', 'thumbs-up': 'thumbs-up' };

/** `telling`: whether what was asked on a site may be shown. Most frequent confusion first. */
export function reportOf(complaints: Complaint[], telling: (site: string) => boolean, days: number): string {
  const confused = complaints.filter(({ why }) => why !== 'thumbs-up');
  const confirmed = complaints.filter(({ why }) => why === 'thumbs-up');
  const groups = Map.groupBy(confused, ({ agent, found }) => `${agent ?? 'nobody'} answered, ${found?.next?.name ?? 'nobody'} came next`);
  const counts = Map.groupBy(confused, ({ why }) => why);
  const sum = [...counts].map(([why, list]) => `${list.length} × ${words[why]}`).join(', ');
  const lines = [confused.length === 0 ? `No complaint in ${days} days.` : `In ${days} days: ${sum}.`];
  for (const [pair, list] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
    lines.push('', `${pair}: ${list.length}`, ...list.slice(0, SHOWN).map((entry) => `  ${lineOf(entry, telling)}`));
    if (list.length > SHOWN) lines.push(`  and ${list.length - SHOWN} more`);
  }
  if (confirmed.length > 0) lines.push('', `right, although not sure (worth an example): ${confirmed.length}`, ...confirmed.slice(0, SHOWN).map((entry) => `  ${lineOf(entry, telling)}`));
  const known = complaints.find(({ site }) => telling(site));
  if (known) lines.push('', `teach it: npx halfsecond agents add-example AGENT ${quoted(known.question)}`);
  return lines.join('\n');
}

function lineOf({ why, site, at, traceId, agent, found, question, comment }: Complaint, telling: (site: string) => boolean): string {
  const scores = found === null ? '' : `  ${agent ?? 'nobody'} ${found.score.toFixed(2)}${found.next ? `, ${found.next.name} ${found.next.score.toFixed(2)}` : ''}`;
  const shown = telling(site) ? quoted(question) : `trace ${traceId ?? 'unknown'}`;
  const said = comment && telling(site) ? `  “${plain(comment)}”` : '';
  return `${new Date(at).toISOString().slice(0, 16)}  ${words[why].padEnd(15)}  ${shown}${scores}${said}`;
}

/** As one word for a shell; what a visitor wrote must not steer a terminal. */
function quoted(text: string): string {
  return `'${plain(text).replaceAll(`'`, `'\\''`)}'`;
}

function plain(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX)}…` : line;
}
