/** Resources and prompts of an MCP server as documents of a site's knowledge. */
import { createHash } from 'node:crypto';
import type { Client } from '@modelcontextprotocol/client';
import type { KnowledgeDocument } from '../../layers.ts';

/** Documents of one server, and characters of each. */
const DOCUMENTS_MAX = 200;
const TEXT_MAX = 200_000;
const READ_MS = 5_000;

/** Reads what has text. One that cannot be read is named in the log and left out. */
export async function readKnowledge(source: string, client: Client, signal: AbortSignal, log: (line: string) => void): Promise<KnowledgeDocument[]> {
  const capabilities = client.getServerCapabilities();
  const options = { timeout: READ_MS, signal };
  const documents: KnowledgeDocument[] = [];
  const add = (uri: string, title: string, text: string): void => {
    if (text.trim() === '' || documents.length >= DOCUMENTS_MAX) return;
    documents.push({ id: documentId(source, uri), title, text: text.toWellFormed().slice(0, TEXT_MAX), ...(/^https?:\/\//.test(uri) ? { url: uri } : {}) });
  };
  const attempt = async (what: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (signal.aborted) throw error;
      log(`knowledge: ${what} of "${source}" is skipped: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
    }
  };
  if (capabilities?.resources) {
    const { resources } = await client.listResources(undefined, options);
    for (const { uri, name, title } of resources.slice(0, DOCUMENTS_MAX)) {
      await attempt(uri.slice(0, 200), async () => {
        const { contents } = await client.readResource({ uri }, options);
        add(uri, title ?? name, contents.map((entry) => ('text' in entry ? entry.text : '')).join('\n'));
      });
    }
  }
  if (capabilities?.prompts) {
    const { prompts } = await client.listPrompts(undefined, options);
    for (const { name, title, arguments: wanted = [] } of prompts.slice(0, DOCUMENTS_MAX)) {
      // A prompt that needs arguments is a form, not a text.
      if (wanted.some(({ required }) => required)) continue;
      await attempt(name.slice(0, 200), async () => {
        const { messages } = await client.getPrompt({ name }, options);
        add(`prompt:${name}`, title ?? name, messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('\n'));
      });
    }
  }
  return documents;
}

/** Where the ids of a source's documents begin; the rest is a hash, because addresses are no ids. */
export function documentPrefix(source: string): string {
  return `mcp:${source}:`;
}

function documentId(source: string, uri: string): string {
  return `${documentPrefix(source)}${createHash('sha256').update(uri).digest('hex').slice(0, 24)}`;
}
