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

Reads Markdown, HTML and plain text files (folders with everything below them) into the knowledge of a site. Ingesting a file
again replaces what changed. A file that cannot be read is named and skipped.
  --site ID    which site (default: the first of the configuration)
  --url BASE   where visitors can read the documents; the file's path is added for folders`;

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
  const answer = (await askRunning('POST', '/admin/knowledge', { site, documents })) as Report | null;
  if (answer) return answer;
  const memory = await openMemory({ uri: resolve(uri ?? join(data, 'memory')), log: (line) => console.error(line), embed: loadWords() });
  try {
    return await memory.ingest(site, documents, (done, total) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${total} documents`));
  } finally {
    await memory.close();
  }
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
