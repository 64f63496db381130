/** What an element lives with: its keep and its conversation, over moves in the page and changes of its attributes. */
import { createLine } from '../stream/line.ts';
import { createRequests } from '../stream/requests.ts';
import { createConversation, type Conversation, type ConversationOptions } from './conversation.ts';
import { createKeep, type Keep } from './keep.ts';

export type Settings = { endpoint: string; site: string; transport: string; consent: string | null };
export type Life = {
  conversation(): Conversation | null;
  keep(): Keep | null;
  /** Lives with these settings from now on; true when the conversation is another one than before. */
  begin(settings: Settings): boolean;
  /** The element has left the page, perhaps only to come back elsewhere in the same breath. */
  leave(): void;
};

export function createLife(options: Pick<ConversationOptions, 'changed' | 'emit' | 'painted'>): Life {
  let keep: Keep | null = null;
  let conversation: Conversation | null = null;
  let transport = '';
  let leaving: ReturnType<typeof setTimeout> | undefined;

  function end(): void {
    conversation?.close();
    conversation = null;
  }
  const warn = (error: unknown): void => console.warn('Halfsecond: the earlier conversation could not be read.', error);
  // A page that was frozen or put aside has missed what the other tabs said.
  const woken = (event: Event): void => {
    if (event.type === 'resume' || (event as PageTransitionEvent).persisted) conversation?.restore().catch(warn);
  };

  return {
    conversation: () => conversation,
    keep: () => keep,
    begin(settings) {
      clearTimeout(leaving);
      const endpoint = settings.endpoint.replace(/\/+$/, '') || location.origin;
      const allowed = settings.consent === null || settings.consent === 'granted';
      const fresh = createKeep(endpoint, settings.site, allowed);
      const same = keep?.name === fresh.name;
      if (same) keep?.allow(allowed);
      else keep = fresh;
      if (conversation && same && transport === settings.transport) return false;
      end();
      transport = settings.transport;
      const drawer = keep ?? fresh;
      const requests = createRequests({ endpoint, site: settings.site, store: drawer.session });
      conversation = createConversation({ ...options, requests, line: createLine(requests, transport), keep: drawer });
      addEventListener('pageshow', woken);
      document.addEventListener('resume', woken);
      if (drawer.chat() !== null) conversation.restore().catch(warn);
      return true;
    },
    leave() {
      clearTimeout(leaving);
      leaving = setTimeout(() => {
        removeEventListener('pageshow', woken);
        document.removeEventListener('resume', woken);
        end();
      });
    },
  };
}
