/**
 * The page's own script: times in the reader's zone, and once a second the newest live part, checked and put in place of
 * the old node by node, so that focus, selection and scroll stay. What is forged or older is refused, and the page says so;
 * when nothing new comes it says how old its numbers are.
 */
import { verify, type Last, type Signatures } from '../verify.ts';
import { localise } from './localise.ts';
import { morph } from './morph.ts';

type Part = { seq: number; path?: string; headline?: string; title?: string; html: string };

const STALE_MS = 10_000;
const SNAPSHOT = '/snapshot.json';
const main = document.querySelector('main');
const live = document.getElementById('live');
const said = document.getElementById('check');
const { live: url = '', key = '' } = main?.dataset ?? {};
/** Kept for this tab, so that a reload is not talked back in time either. */
const memory = `${key} ${url}`;
let last: Last | null = JSON.parse(sessionStorage.getItem(memory) ?? 'null');
/** The server's clock minus ours (ms), so that a wrong clock here does not age the numbers. */
let offset = 0;

const get = (at: string): Promise<Response> => fetch(at, { cache: 'no-cache', signal: AbortSignal.timeout(5_000) });
function tell(name: string): void {
  const text = main?.dataset[name] ?? '';
  if (!said || said.dataset['said'] === name) return;
  said.dataset['said'] = name;
  said.textContent = text;
}

/** The bytes that were signed, and by whom: the snapshot with its own file of signatures, or a part that carries them. */
async function read(response: Response): Promise<[Uint8Array<ArrayBuffer>, Signatures]> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (url === SNAPSHOT) return [bytes, await (await get('/snapshot.sig')).json()];
  const part: Signatures & { signed: string } = JSON.parse(new TextDecoder().decode(bytes));
  return [new TextEncoder().encode(part.signed), part];
}

async function refresh(into: HTMLElement): Promise<void> {
  const response = await get(url);
  if (!response.ok) return;
  offset = (Date.parse(response.headers.get('date') ?? '') || Date.now()) - Date.now();
  const [bytes, signatures] = await read(response);
  const verdict = await verify<Part>(bytes, signatures, key, last);
  let part: Part;
  if (verdict.ok) {
    if ((verdict.value.path ?? SNAPSHOT) !== url) return tell('forged');
    part = verdict.value;
    last = verdict.last;
    sessionStorage.setItem(memory, JSON.stringify(last));
  } else {
    if (verdict.why !== 'unsupported') return tell(verdict.why === 'older' ? 'older' : 'forged');
    part = JSON.parse(new TextDecoder().decode(bytes));
    if (part.seq < (last?.seq ?? 0)) return tell('older');
    last = { seq: part.seq, hash: '' };
  }
  tell(verdict.ok ? 'checked' : 'unchecked');
  const parsed = new DOMParser().parseFromString(`<div id="live">${part.html}</div>`, 'text/html');
  localise(parsed);
  const fresh = parsed.getElementById('live');
  if (fresh) morph(into, document.adoptNode(fresh));
  document.title = part.title ?? `${part.headline} \u2013 Halfsecond status`;
}

function tellAge(): void {
  const line = document.getElementById('age');
  const asOf = Number(line?.dataset['asOf']);
  const old = Date.now() + offset - asOf;
  if (!line || !asOf || old < STALE_MS) return;
  const seconds = Math.floor(old / 1_000);
  const span = seconds < 120 ? `${seconds} s` : seconds < 7_200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
  const strong = document.createElement('strong');
  strong.textContent = (main?.dataset['old'] ?? '').replace('{span}', span);
  if (line.textContent !== strong.textContent) line.replaceChildren(strong);
}

async function run(into: HTMLElement): Promise<void> {
  for (;;) {
    if (!document.hidden) {
      // No answer shows as age; an answer that is no data at all was not written by the signer.
      await refresh(into).catch((error: unknown) => { if (error instanceof SyntaxError) tell('forged'); });
      tellAge();
    }
    await new Promise((next) => setTimeout(next, 1_000));
  }
}

localise(document);
if (live && url) void run(live);
