/**
 * The visitor's yes to a tool call. An id is signed over who asked, in which chat, for which tool with which arguments,
 * and until when; it opens that one call once. Ids are made only here, so no text in a context can be one.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ToolCall, ToolContext } from '../layers.ts';
import { sorted } from './cache.ts';

/** How long a visitor may think about it (ms). */
const VALID_MS = 3_600_000;

export type Approvals = {
  /** An id for this call, to be shown to the visitor. */
  ask(call: ToolCall, context: ToolContext): string;
  /** Null when `id` allows this call, which it then never does again; else a sentence for the model. */
  redeem(id: string, call: ToolCall, context: ToolContext): string | null;
};

/** @param secret of this bff. @param now epoch ms */
export function createApprovals(secret: string, now: () => number = Date.now): Approvals {
  /** Used ids until they expire: from then on their date is enough. */
  const used = new Map<string, number>();

  function sign(head: string, call: ToolCall, { site, visitor, chat }: ToolContext): Buffer {
    const subject = JSON.stringify(['tool-approval', head, site, visitor, chat, call.id, call.name, sorted(call.input)]);
    return createHmac('sha256', secret).update(subject).digest();
  }

  return {
    ask(call, context) {
      const head = `${(now() + VALID_MS).toString(36)}.${randomBytes(9).toString('base64url')}`;
      return `${head}.${sign(head, call, context).toString('base64url')}`;
    },
    redeem(id, call, context) {
      const [expiry = '', nonce = '', signature = ''] = id.split('.');
      const given = Buffer.from(signature, 'base64url');
      const right = sign(`${expiry}.${nonce}`, call, context);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return 'the visitor has not approved this call';
      const until = Number.parseInt(expiry, 36);
      if (until <= now()) return 'the visitor answered too late; ask again if it is still wanted';
      for (const [old, at] of used) if (at <= now()) used.delete(old);
      if (used.has(nonce)) return 'this approval has been used';
      used.set(nonce, until);
      return null;
    },
  };
}
