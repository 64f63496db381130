/** What outlives a page load: session, chat id, draft, whether the panel was open. Works, forgetfully, without storage. */
import type { Session } from '@halfsecond/shared/wire';
import { isRecord, type SessionStore } from '../stream/requests.ts';

type Kept = { session?: Session; chat?: string };
type Tab = { draft?: string; open?: boolean };

export type Keep = {
  session: SessionStore;
  chat(): string | null;
  keepChat(id: string | null): void;
  draft(): string;
  keepDraft(text: string): void;
  wasOpen(): boolean;
  keepOpen(open: boolean): void;
};

/** One drawer per site and endpoint. With `allowed` false nothing is written to the browser's storage, nor read from it. */
export function createKeep(endpoint: string, site: string, allowed: boolean): Keep {
  const name = `halfsecond:${endpoint}:${site}`;
  const lasting = drawer<Kept>(allowed ? storage('localStorage') : null, name);
  const tab = drawer<Tab>(allowed ? storage('sessionStorage') : null, name);
  return {
    session: {
      read() {
        const { session } = lasting.read();
        return isRecord(session) && typeof session.token === 'string' && typeof session.expiresAt === 'number' ? session : null;
      },
      write: (session) => lasting.write({ session }),
    },
    chat: () => lasting.read().chat ?? null,
    keepChat: (id) => lasting.write({ chat: id ?? undefined }),
    draft: () => tab.read().draft ?? '',
    keepDraft: (draft) => tab.write({ draft }),
    wasOpen: () => tab.read().open === true,
    keepOpen: (open) => tab.write({ open }),
  };
}

type Drawer<T> = { read(): Partial<T>; write(change: { [K in keyof T]?: T[K] | undefined }): void };

function drawer<T extends object>(place: Storage | null, name: string): Drawer<T> {
  let memory: Partial<T> = {};
  const read = (): Partial<T> => {
    try {
      const text = place?.getItem(name);
      const value: unknown = text ? JSON.parse(text) : null;
      return isRecord(value) ? (value as Partial<T>) : memory;
    } catch {
      return memory; // Blocked or spoiled storage: what this page itself has written still counts.
    }
  };
  return {
    read,
    write(change) {
      memory = { ...read(), ...change } as Partial<T>;
      try {
        place?.setItem(name, JSON.stringify(memory));
      } catch (error) {
        console.debug('Halfsecond: the browser keeps nothing, a reload starts anew.', error);
      }
    },
  };
}

function storage(kind: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[kind];
  } catch {
    return null; // Reading the property throws where storage is blocked.
  }
}
