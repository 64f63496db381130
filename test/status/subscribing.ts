/** What tests of subscriptions begin with: a host with a published state, the messenger as a process, a mailbox. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, type TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { observed, openIncident, writing } from './writing.ts';

const children = new Set<ChildProcess>();
after(() => { for (const child of children) child.kill('SIGKILL'); });

/** The messenger as the process that it is. */
export async function messenger(folder: string, url: string, env: Record<string, string>): Promise<{ log: () => string; end: (signal?: NodeJS.Signals) => Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'status', 'subscribe', 'main.ts')], {
    env: { ...process.env, HALFSECOND_DATA: join(folder, '..'), STATUS_URL: url, ...env }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => { log += chunk.toString(); });
  return {
    log: () => log,
    async end(signal = 'SIGTERM') {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      children.delete(child);
    },
  };
}

/** A status folder called `status`, as a real data folder has one, with a published state in it. */
export function host(t: TestContext) {
  const made = writing(t, 'status');
  const write = made.writer();
  const at = Date.now();
  const fresh = { ...openIncident, startedAt: at, updates: [{ at, status: 'investigating' as const, body: 'We look.' }] };
  const publish = (updates: number): void => {
    const more = Array.from({ length: updates }, (_, each) => ({ at: at + 1_000 * (each + 1), status: 'identified' as const, body: `Step ${each + 1}.` })).toReversed();
    const entry = { ...fresh, status: updates > 0 ? 'identified' as const : 'investigating' as const, updates: [...more, ...fresh.updates] };
    write(observed({ incidents: [entry], openIncidents: [entry] }), made.site);
  };
  write(observed({ incidents: [], openIncidents: [] }), made.site);
  return { ...made, publish };
}

/** Asks for a subscription. @param lang the page's, English without it */
export const post = (url: string, body: object | string, lang = ''): Promise<Response> => fetch(`${url}${lang && `/${lang}`}/subscribe`, {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body),
});

export type Mail = { to: string[]; text: string };

/** A real mail server that keeps what it is given, decoded, and what the messenger must know of it. */
export async function mailbox(t: TestContext): Promise<{ mails: Mail[]; env: Record<string, string> }> {
  const mails: Mail[] = [];
  const smtp = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => { mails.push({ to: session.envelope.rcptTo.map((each) => each.address), text: decoded(Buffer.concat(chunks).toString('latin1')) }); done(); });
    },
  });
  await new Promise<void>((resolve) => { smtp.listen(0, '127.0.0.1', () => resolve()); });
  t.after(() => new Promise<void>((resolve) => { smtp.close(() => resolve()); }));
  return { mails, env: { STATUS_SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`, STATUS_MAIL_FROM: 'Halfsecond status <status@example.com>' } };
}

/** A mail as a person sees it: headers each in one line, their words and the body as text. */
function decoded(raw: string): string {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ').replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, text: string) => bytes(how.toUpperCase() === 'B' ? 'base64' : 'q', text.replaceAll('_', ' ')).toString());
  const how = /^Content-Transfer-Encoding: (.*)$/im.exec(head)?.[1] ?? '';
  return `${head}\r\n\r\n${bytes(how, raw.slice(end + 4)).toString()}`;
}

function bytes(how: string, text: string): Buffer {
  if (how === 'base64') return Buffer.from(text, 'base64');
  return Buffer.from(text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
}
