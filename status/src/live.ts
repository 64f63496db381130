/**
 * The page's own script: times in the reader's zone, and once a second the newest live part put in place of the old,
 * node by node, so that focus, selection and scroll stay. When no newer one comes it says how old the numbers are.
 */
const STALE_MS = 10_000;
const live = document.getElementById('live');
const url = document.querySelector('main')?.dataset['live'];
/** The server's clock minus ours (ms), so that a wrong clock here does not age the numbers. */
let offset = 0;
let seq = 0;

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function localise(root: ParentNode): void {
  for (const time of root.querySelectorAll('time')) {
    time.textContent = (time.dataset['show'] === 'clock' ? clock : moment).format(new Date(time.dateTime));
  }
}

/** Makes `old` equal to `fresh`, touching only what differs. */
function morph(old: Element, fresh: Element): void {
  for (const { name } of Array.from(old.attributes)) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const wanted = [...fresh.childNodes];
  while (old.childNodes.length > wanted.length) old.lastChild?.remove();
  wanted.forEach((node, at) => {
    const there = old.childNodes[at];
    if (!there) old.append(node);
    else if (there.nodeName !== node.nodeName) there.replaceWith(node);
    else if (there instanceof Element && node instanceof Element) morph(there, node);
    else if (there.nodeValue !== node.nodeValue) there.nodeValue = node.nodeValue;
  });
}

async function refresh(at: string, into: HTMLElement): Promise<void> {
  const response = await fetch(at, { cache: 'no-cache', signal: AbortSignal.timeout(5_000) });
  if (!response.ok) return;
  const now: { seq: number; asOf: number; headline?: string; html: string } = await response.json();
  offset = (Date.parse(response.headers.get('date') ?? '') || Date.now()) - Date.now();
  if (!(now.seq > seq)) return;
  seq = now.seq;
  const parsed = new DOMParser().parseFromString(`<div id="live">${now.html}</div>`, 'text/html');
  localise(parsed);
  const fresh = parsed.getElementById('live');
  if (fresh) morph(into, document.adoptNode(fresh));
  if (now.headline) document.title = `${now.headline} \u2013 Halfsecond status`;
}

function tellAge(): void {
  const line = document.getElementById('age');
  const asOf = Number(line?.dataset['asOf']);
  const old = Date.now() + offset - asOf;
  if (!line || !asOf || old < STALE_MS) return;
  const seconds = Math.floor(old / 1_000);
  const said = `Numbers are ${seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`} old.`;
  if (line.textContent !== said) line.innerHTML = `<strong>${said}</strong>`;
}

async function run(at: string, into: HTMLElement): Promise<void> {
  for (;;) {
    if (!document.hidden) {
      // A refresh that failed shows as age: the numbers say themselves how old they are.
      await refresh(at, into).catch(() => undefined);
      tellAge();
    }
    await new Promise((next) => setTimeout(next, 1_000));
  }
}

localise(document);
if (live && url) void run(url, live);
