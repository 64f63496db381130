/** The tool `handoff.person`: tells a person of the operator's about a conversation, by webhook, by mail, or both. */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Owner, ToolContext, ToolSource } from '../../layers.ts';
import { readText } from '../egress/body.ts';
import { createEgress } from '../egress/egress.ts';
import { signatureOf } from '../http/sign.ts';
import { ToolFault } from '../source.ts';
import type { Source } from '../source.ts';

export type HandoffConfig = Extract<ToolSource, { kind: 'builtin' }>;

const ANSWER_MAX = 16_000;
const MAIL_MS = 8_000;

/** @param transcript the address under which the conversation can be read. The webhook's answer may name a `url` where the visitor can follow. */
export function createHandoffSource({ webhook, secret, allow, email }: HandoffConfig, transcript: (place: Pick<Owner, 'site' | 'visitor' | 'chat'>) => string, log: (line: string) => void): Source & { close(): Promise<void> } {
  const egress = createEgress(allow, ANSWER_MAX);
  const mail = email && createTransport({ url: email.smtp, connectionTimeout: MAIL_MS, greetingTimeout: MAIL_MS, socketTimeout: MAIL_MS });

  type News = { id: string; reason: string; link: string; context: ToolContext };

  async function tellHook(url: string, { id, reason, link, context: { site, visitor, chat, lang } }: News, signal: AbortSignal): Promise<string | undefined> {
    const body = JSON.stringify({ type: 'handoff.requested', timestamp: new Date().toISOString(), data: { reason, site, visitor, chat, lang, transcript: link } });
    const headers = { 'content-type': 'application/json', 'idempotency-key': id, ...(secret === undefined ? {} : signatureOf(secret, id, Math.floor(Date.now() / 1_000), body)) };
    const response = await egress.fetch(new URL(url), { method: 'POST', headers, body, signal });
    const text = await readText(response, ANSWER_MAX);
    if (!response.ok) throw new ToolFault('failed', `the person could not be told: the webhook answered ${response.status}`);
    return followUrl(text);
  }

  async function tellMail({ from, to }: NonNullable<HandoffConfig['email']>, { id, reason, link, context }: News): Promise<void> {
    await mail?.sendMail({
      from, to, subject: `[chat] A visitor of ${context.site} asks for a person`,
      text: `${reason}\n\nThe conversation: ${link}\n\nVisitor: ${context.visitor}\nLanguage: ${context.lang}\n`,
      messageId: `<${id}@halfsecond>`, headers: { 'Auto-Submitted': 'auto-generated' },
    });
  }

  return {
    definitions: [{
      name: 'handoff.person',
      title: 'Hand over to a person',
      description: 'Asks a person of the team to take over this conversation. Use it when the visitor asks for a person, or when they need something that you cannot do. Say in one or two sentences what it is about.',
      inputSchema: {
        type: 'object',
        properties: { reason: { type: 'string', minLength: 1, maxLength: 2_000, description: 'What the visitor needs, for the person who takes over' } },
        required: ['reason'],
        additionalProperties: false,
      },
      triggers: [],
    }],
    async call(_name, input, context, signal, _progress, callId) {
      const id = `msg_${createHash('sha256').update(JSON.stringify([context.traceId, context.chat, callId])).digest('hex').slice(0, 40)}`;
      const news: News = { id, reason: String(input['reason']).toWellFormed(), link: transcript(context), context };
      const ways = await Promise.allSettled([...(webhook === undefined ? [] : [tellHook(webhook, news, signal)]), ...(email ? [tellMail(email, news)] : [])]);
      // One way is enough: a second try would tell twice whom the first has told.
      const told = ways.filter((way) => way.status === 'fulfilled');
      const failed = ways.filter((way) => way.status === 'rejected');
      for (const { reason } of failed) log(`handoff: one way to tell a person failed: ${reason instanceof Error ? reason.message.slice(0, 200) : String(reason)}`);
      if (told.length === 0) throw failed[0]?.reason ?? new ToolFault('failed', 'nobody could be told');
      const url = told.find(({ value }) => value !== undefined)?.value ?? undefined;
      return { output: { told: true }, handoff: { reason: 'requested', ...(url === undefined ? {} : { url }) } };
    },
    async close() {
      mail?.close();
      await egress.close();
    },
  };
}

/** A link for the visitor, if the webhook gave one; nothing but https gets to a page. */
function followUrl(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const url = typeof answer === 'object' && answer !== null && 'url' in answer ? answer.url : undefined;
    return typeof url === 'string' && URL.canParse(url) && new URL(url).protocol === 'https:' ? url : undefined;
  } catch {
    return undefined; // any answer will do; only JSON can hold a link
  }
}
