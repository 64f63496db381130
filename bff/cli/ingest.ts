/** `halfsecond ingest PATH…`: documents into a site's knowledge, through the running bff or straight into its folder. */
import { extname, join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { openMemory } from '../memory/memory.ts';
import { readDocuments } from '../memory/read.ts';
import { documentId } from '../memory/result.ts';
import type { KnowledgeDocument } from '../layers.ts';
import { openFolder } from '../store/folder.ts';
import { loadWords } from '../words/words.ts';
import { openIngested } from './ingested.ts';
import { dataFolder, helped, loadConfig } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond ingest PATH… [--site ID] [--url BASE]

Reads Markdown, HTML, PDF and plain text files (folders with everything below them), and the pages that a sitemap.xml names, into
the knowledge of a site. Ingesting a path again replaces what changed and removes what is gone from it. What cannot be read is named and skipped.
  --site ID    which site (default: the first of the configuration)
  --url BASE   where visitors can read the documents; the file's path is added for folders`;

/** Documents, and characters of text, in one request to a running bff. */
const TOGETHER = 50;
const CHARACTERS = 2_000_000;

type Report = { documents: number; sections: number; written: number; removed: number };

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const { positionals: paths, values: options } = parseArgs({ args, allowPositionals: true, options: { site: { type: 'string' }, url: { type: 'string' } } });
  if (paths.length === 0) {
    console.error(HELP);
    return 1;
  }
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const site = options.site ?? config.sites[0]?.id ?? '';
  if (!config.sites.some((entry) => entry.id === site)) throw new Error(`There is no site with the id "${site}".`);
  const data = dataFolder();
  openFolder(data);
  const ingested = openIngested(data, site);

  const read = new Map<string, string[]>();
  const documents: KnowledgeDocument[] = [];
  const gone = new Set<string>();
  let skipped = 0;
  for (const path of paths) {
    const now: string[] = [];
    const unread: string[] = [];
    for await (const found of readDocuments([{ path, url: options.url }], process.cwd())) {
      if ('document' in found) {
        documents.push(found.document);
        now.push(found.document.id);
      } else {
        skipped += 1;
        unread.push(found.skipped);
        console.error(`skipped ${found.skipped}: ${found.reason}`);
      }
    }
    const left = ingested.of(resolve(path)).filter((id) => !now.includes(id));
    const stay = left.filter((id) => hidden(id, path, unread));
    for (const id of left) if (!stay.includes(id)) gone.add(id);
    read.set(resolve(path), [...now, ...stay]);
  }
  for (const { id } of documents) gone.delete(id);
  if (documents.length + gone.size === 0) {
    console.log(`0 documents, 0 sections: 0 written, 0 removed, ${count(skipped, 'file')} skipped.`);
    return 1;
  }
  // A document without text is none: its sections go.
  const all = [...documents, ...[...gone].map((id) => ({ id, title: id, text: '' }))];
  const report = (await hand(site, all)) ?? (await writeFolder(site, all, resolve(config.memory.uri ?? join(data, 'memory'))));
  for (const [path, ids] of read) ingested.keep(path, ids);
  const vanished = gone.size === 0 ? '' : ` ${count(gone.size, 'document')} gone.`;
  console.log(`${count(documents.length, 'document')}, ${count(report.sections, 'section')}: ${report.written} written, ${report.removed} removed, ${count(skipped, 'file')} skipped.${vanished}`);
  return 0;
}

/** Whether a document may still be behind something that could not be read this time: itself, its folder, or one of the pages and maps of a sitemap. */
function hidden(id: string, path: string, unread: string[]): boolean {
  if (extname(path).toLowerCase() === '.xml') return unread.length > 0;
  return unread.some((name) => {
    const above = documentId(name.split(sep).join('/'));
    return name === path || id === above || id.startsWith(`${above}:`);
  });
}

/** Hands the documents to the running bff, some at a time; null when nobody listens. */
async function hand(site: string, documents: KnowledgeDocument[]): Promise<Report | null> {
  const sum: Report = { documents: 0, sections: 0, written: 0, removed: 0 };
  let waiting: KnowledgeDocument[] = [];
  let characters = 0;
  for (const [at, document] of documents.entries()) {
    waiting.push(document);
    characters += document.text.length;
    if (waiting.length < TOGETHER && characters < CHARACTERS && at < documents.length - 1) continue;
    const answer = (await askRunning('POST', '/admin/knowledge', { site, documents: waiting })) as Report | null;
    if (answer === null) return null;
    for (const key of Object.keys(sum) as (keyof Report)[]) sum[key] += answer[key];
    waiting = [];
    characters = 0;
    progress(at + 1, documents.length);
  }
  return sum;
}

async function writeFolder(site: string, documents: KnowledgeDocument[], uri: string): Promise<Report> {
  const memory = await openMemory({ uri, log: (line) => console.error(line), embed: loadWords() });
  try {
    return await memory.ingest(site, documents, progress);
  } finally {
    await memory.close();
  }
}

/** On a terminal the line counts up; in a log every step is a line. */
function progress(done: number, total: number): void {
  process.stderr.write(process.stderr.isTTY ? `\r${done} of ${total} documents${done === total ? '\n' : ''}` : `${done} of ${total} documents\n`);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
