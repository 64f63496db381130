/** `halfsecond ingest PATH…`: documents into a site's knowledge, through the running bff or straight into its folder. */
import { join, resolve } from 'node:path';
import { openMemory } from '../memory/memory.ts';
import { readDocuments } from '../memory/read.ts';
import type { KnowledgeDocument } from '../layers.ts';
import { openFolder } from '../store/folder.ts';
import { loadWords } from '../words/words.ts';
import { dataFolder, helped, loadConfig } from './options.ts';
import { askRunning } from './running.ts';

const HELP = `halfsecond ingest PATH… [--site ID] [--url BASE]

Reads Markdown, HTML, PDF and plain text files (folders with everything below them), and the pages that a sitemap.xml names, into
the knowledge of a site. Ingesting a file again replaces what changed. What cannot be read is named and skipped.
  --site ID    which site (default: the first of the configuration)
  --url BASE   where visitors can read the documents; the file's path is added for folders`;

/** Documents, and characters of text, in one request to a running bff. */
const TOGETHER = 50;
const CHARACTERS = 2_000_000;

type Report = { documents: number; sections: number; written: number; removed: number };

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const { paths, options } = parse(args);
  if (paths.length === 0) {
    console.error(HELP);
    return 1;
  }
  const config = loadConfig((line) => console.error(line));
  if (!config) return 1;
  const site = options['site'] ?? config.sites[0]?.id ?? '';
  if (!config.sites.some((entry) => entry.id === site)) throw new Error(`There is no site with the id "${site}".`);

  const documents: KnowledgeDocument[] = [];
  let skipped = 0;
  for await (const found of readDocuments(paths.map((path) => ({ path, url: options['url'] })), process.cwd())) {
    if ('document' in found) documents.push(found.document);
    else {
      skipped += 1;
      console.error(`skipped ${found.skipped}: ${found.reason}`);
    }
  }
  const report = documents.length > 0 ? await write(site, documents, config.memory.uri) : { documents: 0, sections: 0, written: 0, removed: 0 };
  console.log(`${documents.length} documents, ${report.sections} sections: ${report.written} written, ${report.removed} removed, ${skipped} files skipped.`);
  return documents.length === 0 ? 1 : 0;
}

async function write(site: string, documents: KnowledgeDocument[], uri: string | undefined): Promise<Report> {
  const data = dataFolder();
  openFolder(data);
  return (await hand(site, documents)) ?? (await writeFolder(site, documents, resolve(uri ?? join(data, 'memory'))));
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

function parse(args: string[]): { paths: string[]; options: Record<string, string> } {
  const paths: string[] = [];
  const options: Record<string, string> = {};
  for (let at = 0; at < args.length; at += 1) {
    const name = /^--(site|url)$/.exec(args[at] ?? '')?.[1];
    if (name === undefined) paths.push(args[at] ?? '');
    else options[name] = args[(at += 1)] ?? '';
  }
  return { paths, options };
}
