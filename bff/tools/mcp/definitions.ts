/** What an MCP server says of its tools, as definitions of ours: bounded, cleaned, under the source's name. Pure. */
import type { Tool } from '@modelcontextprotocol/client';
import type { ToolDefinition } from '../../layers.ts';
import { sideEffects } from '../effects.ts';
import type { Approval } from '../effects.ts';

const TITLE_MAX = 80;
const DESCRIPTION_MAX = 2_000;

/** @param approval which tools need the visitor's yes, as configured; undefined: those that declare side effects */
export function definitionOf(source: string, tool: Tool, approval: Approval | undefined): ToolDefinition {
  const { name, title, description = '', inputSchema, annotations = {} } = tool;
  const { $schema: _, ...schema } = inputSchema as Record<string, unknown>;
  // What is no reader but does not say that it destroys nothing counts as one that does, as the protocol has it.
  const declared = annotations.readOnlyHint !== true && (annotations.destructiveHint ?? annotations.readOnlyHint === false);
  return {
    name: `${source}.${name}`,
    title: shown(title ?? annotations.title ?? name).slice(0, TITLE_MAX),
    description: shown(description).slice(0, DESCRIPTION_MAX),
    inputSchema: { ...schema, type: 'object' },
    triggers: [],
    ...(sideEffects(approval, name, declared) ? { approval: true } : {}),
  };
}

/** The part of a definition that may not change unseen: all that a model or a visitor decides by. */
export function pinned({ name, title, description, inputSchema, annotations }: Tool): unknown {
  return { name, title, description, inputSchema, annotations };
}

/** Invisible and direction-changing characters have no place in what people and models decide by. */
function shown(text: string): string {
  return text.toWellFormed().replace(/[^\P{C}\n]/gu, '');
}
