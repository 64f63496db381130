/** What outlives a page load: session, chat id, draft, whether the panel was open. Works, forgetfully, without storage. */
import type { Session } from '@halfsecond/shared/wire';
import { isRecord, type SessionStore } from '../stream/requests.ts';

type Kept = { dismissed?: string[]; session?: Session; chat?: string };
type Tab = { draft?: string; open?: boolean };

export type Keep = {
  session: SessionStore;
  chat(): string | null;
  keepChat(id: string | null): void;
  draft(): string;
  keepDraft(text: string): void;
  wasOpen(): boolean;
  keepOpen(open: boolean): void;
  /** A sentence of the page that the visitor does not want to see again. */
  dismissed(text: string): boolean;
  dismiss(text: string): void;
  /** Consent was given: what this page knows is written down. Or it was taken back: everything kept is deleted. */
  allow(allowed: boolean): void;
  /** Other tabs can read what this one keeps. */
  shared(): boolean;
  /** The drawer's name, the same in every tab. */
  name: string;
};

/** One drawer per site and endpoint. With `allowed` false nothing is written to the browser's storage, nor read from it. */
export function createKeep(endpoint: string, site: string, allowed: boolean): Keep {
  const name = `halfsecond:${endpoint}:${site}`;
  const lasting = drawer<Kept>('localStorage', name, allowed);
  const tab = drawer<Tab>('sessionStorage', name, allowed);
  return {
    name,
    session: {
      read() {
        const { session } = lasting.read();
        return isRecord(session) && typeof session.token === 'string' && typeof session.expiresAt === 'number' ? session : null;
      },
      write: (session) => lasting.write({ session: session ?? undefined }),
    },
    chat: () => lasting.read().chat ?? null,
    keepChat: (id) => lasting.write({ chat: id ?? undefined }),
    draft: () => tab.read().draft ?? '',
    keepDraft: (draft) => tab.write({ draft }),
    wasOpen: () => tab.read().open === true,
    keepOpen: (open) => tab.write({ open }),
    dismissed: (text) => lasting.read().dismissed?.includes(text) ?? false,
    dismiss: (text) => lasting.write({ dismissed: [...(lasting.read().dismissed ?? []), text].slice(-8) }),
    allow(now) {
      lasting.allow(now);
      tab.allow(now);
    },
    shared: () => lasting.works(),
  };
}

type Drawer<T> = {
  read(): Partial<T>;
  write(change: { [K in keyof T]?: T[K] | undefined }): void;
  allow(allowed: boolean): void;
  works(): boolean;
};

function drawer<T extends object>(kind: 'localStorage' | 'sessionStorage', name: string, allowed: boolean): Drawer<T> {
  let place = allowed ? storage(kind) : null;
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
  const write: Drawer<T>['write'] = (change) => {
    memory = { ...read(), ...change } as Partial<T>;
    try {
      place?.setItem(name, JSON.stringify(memory));
    } catch (error) {
      // What was written before would be read again in its place.
      place?.removeItem(name);
      place = null;
      console.debug('Halfsecond: the browser keeps nothing, a reload starts anew.', error);
    }
  };
  return {
    read, write,
    allow(now) {
      if (now === (place !== null)) return;
      if (now) {
        place = storage(kind);
        if (Object.keys(memory).length > 0) write(memory);
        return;
      }
      memory = read();
      place?.removeItem(name);
      place = null;
    },
    works: () => place !== null,
  };
}

function storage(kind: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[kind];
  } catch {
    return null; // Reading the property throws where storage is blocked.
  }
}
