/** What an MCP tool returned, as plain data for a model. Pure. */
import type { CallToolResult } from '@modelcontextprotocol/client';
import { ToolFault } from '../source.ts';

const FAULT_MAX = 1_000;
/** Under this key of a result's `_meta` a server says for how many ms its result holds. */
const KEEP_KEY = 'ttlMs';

/** Throws a ToolFault with the tool's own words when it says that it failed. */
export function outputOf({ content, structuredContent, isError }: CallToolResult): unknown {
  const texts = content.map(asText).filter((text) => text !== '');
  if (isError) throw new ToolFault('tool-error', texts.join('\n').toWellFormed().slice(0, FAULT_MAX) || 'the tool says that it failed');
  return structuredContent ?? texts.join('\n');
}

/** Ms for which the result may be used again; 0 unless the server says so. */
export function keepOf({ _meta }: CallToolResult): number {
  const keep = _meta?.[KEEP_KEY];
  return typeof keep === 'number' && Number.isFinite(keep) ? keep : 0;
}

/** Pictures and sound are named, not carried: the model and the visitor get text. */
function asText(block: CallToolResult['content'][number]): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[${block.resource.mimeType ?? 'data'}: ${block.resource.uri}]`;
    case 'resource_link':
      return `[${block.title ?? block.name}: ${block.uri}]`;
    case 'image':
    case 'audio':
      return `[${block.type}, ${block.mimeType}]`;
  }
}
