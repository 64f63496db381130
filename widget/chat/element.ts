/** `<halfsecond-chat>`: attributes in, events out; holds the conversation and renders the panel. */
import { html, nothing } from 'lit/html.js';
import type { Overrides, Strings } from '../locales/en.ts';
import { english, loadStrings } from '../locales/load.ts';
import { tokens } from '../theme/tokens.ts';
import { sheetOf } from '../theme/css.ts';
import { panelStyles } from '../theme/panel.ts';
import { proseStyles } from '../theme/prose.ts';
import { transcriptStyles } from '../theme/transcript.ts';
import { createAnnouncer } from './announce.ts';
import { createAttention } from './attention.ts';
import type { Conversation } from './conversation.ts';
import { createDesk } from './desk.ts';
import type { Keep } from './keep.ts';
import { createLife } from './life.ts';
import { afterPaint, createPacer } from './paint.ts';
import { panel } from './panel.ts';
import { readPrompts } from './prompts.ts';
import { createFetch } from './rarely.ts';
import { Reactive, type Changed } from './reactive.ts';
import { createFollower } from './scroll.ts';
import { createService } from './service.ts';
import { followViewport, keepInside, onPhone } from './viewport.ts';
import type { View } from './view.ts';

export class HalfsecondChat extends Reactive {
  static override properties = {
    site: {}, endpoint: {}, mode: { reflect: true }, position: { reflect: true }, theme: { reflect: true }, language: { attribute: 'lang' },
    isOpen: { attribute: 'open', type: Boolean, reflect: true }, statusUrl: { attribute: 'status-url' }, greeting: {}, heading: {}, prompts: {},
    consent: {}, transport: {}, timing: { type: Boolean }, proactive: {}, proactiveDelay: { attribute: 'proactive-delay' }, strings: { attribute: false },
  };
  static override sheet = sheetOf(tokens, panelStyles, transcriptStyles, proseStyles);

  declare site: string;
  declare endpoint: string;
  declare mode: string;
  declare position: string;
  declare theme: string;
  declare language: string;
  declare isOpen: boolean;
  declare statusUrl: string | null;
  declare greeting: string | null;
  declare heading: string | null;
  declare prompts: string | null;
  declare consent: string | null;
  declare transport: string;
  declare timing: boolean;
  declare proactive: string | null;
  /** Seconds. */
  declare proactiveDelay: string | null;
  /** The page's own words in place of some of the language's. */
  declare strings: Overrides | null;

  #life = createLife({
    changed: (urgent) => this.#schedule(urgent),
    emit: ({ name, detail }) => this.#emit(name, detail),
    painted: async () => {
      await this.updateComplete;
      return afterPaint();
    },
  });
  #strings: Strings = english;
  #follower = createFollower();
  #announcer = createAnnouncer();
  #opener: Element | null = null;
  /** Somebody has just opened it: a panel that is open from the start leaves the focus where it is. */
  #byHand = false;
  #pacer = createPacer(() => this.#draw());
  #leave: AbortController | null = null;
  #desk = createDesk({
    follower: this.#follower,
    conversation: () => this.#conversation,
    keepDraft: (text) => this.#keep?.keepDraft(text),
    scroller: () => this.renderRoot.querySelector<HTMLElement>('.scroll'),
    changed: () => this.requestUpdate(),
    focusInput: () => this.#focusInput(),
    close: () => this.close(),
    reset: () => this.reset(),
  });
  #attention = createAttention({
    changed: () => this.requestUpdate(),
    toggle: () => this.toggle(),
    keep: () => this.#keep,
    idle: () => this.mode === 'popup' && !this.isOpen && !this.#conversation?.transcript().messages.length,
  });
  #service = createService(() => this.requestUpdate(), () => this.#keep);
  #arrived = 0;
  #prompts: string[] = [];
  #fetch = createFetch(() => this.renderRoot, () => {
    this.#arrived += 1;
    this.requestUpdate();
  });

  constructor() {
    super();
    this.site = this.endpoint = '';
    this.mode = 'popup';
    this.transport = 'sse';
    this.position = 'right';
    this.theme = 'auto';
    this.language = '';
    this.isOpen = this.timing = false;
    this.statusUrl = this.greeting = this.heading = this.prompts = this.consent = this.strings = this.proactive = this.proactiveDelay = null;
  }

  open(): void {
    if (this.isOpen) return;
    this.#opener = document.activeElement;
    this.#byHand = true;
    this.isOpen = true;
  }
  close(): void {
    this.isOpen = false;
  }
  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }
  /** Opens the panel and asks. False when an answer is still running or there is nothing to ask. */
  send(text: string): boolean {
    this.open();
    this.#follower.pin();
    return this.#conversation?.send(text, performance.now()) ?? false;
  }
  stop(): void {
    this.#conversation?.stop();
  }
  reset(): void {
    this.#desk.clear();
    this.#conversation?.reset();
    this.#focusInput();
  }
  /** Continues as the visitor that a JWT of the customer names: a new conversation. */
  async identify(jwt: string): Promise<void> {
    await this.#conversation?.identify(jwt);
  }

  get #conversation(): Conversation | null { return this.#life.conversation(); }
  get #keep(): Keep | null { return this.#life.keep(); }

  override connectedCallback(): void {
    super.connectedCallback();
    const leave = new AbortController();
    this.#leave = leave;
    this.style.setProperty('display', 'block', 'important');
    if (!this.hasAttribute('role')) this.setAttribute('role', 'region');
    this.#start();
    followViewport(this, leave.signal);
    this.addEventListener('keydown', (event) => this.#keydown(event), { signal: leave.signal });
    // Whoever reaches for the chat will want a session and a connection.
    const warm = (): void => this.#conversation?.warm();
    for (const type of ['pointerover', 'focusin', 'input']) this.addEventListener(type, warm, { signal: leave.signal });
    if (this.matches(':hover,:focus-within')) warm();
    const ticker = setInterval(() => {
      if (this.#conversation?.running()) this.#schedule(false);
    }, 100);
    leave.signal.addEventListener('abort', () => clearInterval(ticker), { once: true });
  }

  disconnectedCallback(): void {
    this.#leave?.abort();
    this.#life.leave();
    this.#pacer.cancel();
    this.#attention.invite(null, 0);
    this.#service.watch(null);
  }

  protected override willUpdate(changed: Changed): void {
    if (changed.has('language') || changed.has('strings')) void this.#speak();
    // Properties may come after the element is in the page: React sets them then.
    if (changed.has('site') || changed.has('endpoint') || changed.has('consent') || changed.has('transport')) this.#start();
    if (changed.has('prompts')) this.#prompts = readPrompts(this.prompts);
    if (changed.has('proactive') || changed.has('proactiveDelay')) this.#attention.invite(this.proactive, Number(this.proactiveDelay ?? 5));
    this.#service.watch(this.isOpen || this.mode !== 'popup' ? this.statusUrl || null : null);
  }

  protected override render(): unknown {
    const view = this.#view();
    const popup = this.mode === 'popup';
    return html`<div class="panel ${popup ? 'popup' : ''}" part="panel" role=${popup ? 'dialog' : 'group'} aria-labelledby="title" aria-modal=${popup && onPhone() ? 'true' : nothing} dir=${view.strings.direction} ?hidden=${popup && !this.isOpen}>${panel(view)}</div>
      ${this.#attention.bubble(this.#fetch, view.strings) ?? nothing}
      <div class="unseen" role="log" aria-live="polite" aria-relevant="additions" id="live"></div>`;
  }

  protected override firstUpdated(): void {
    this.#announcer.attach(this.renderRoot.querySelector<HTMLElement>('#live'));
    if (this.#keep?.wasOpen() && this.mode === 'popup') this.isOpen = true;
    this.#emit('ready', {});
  }

  protected override updated(changed: Changed): void {
    if (this.mode === 'popup') void this.#attention.launcher(this.renderRoot, this.isOpen, this.#strings);
    if (!this.hasAttribute('aria-label')) this.setAttribute('aria-label', this.#strings.panel);
    if (changed.has('isOpen') && (this.isOpen || changed.get('isOpen'))) this.#opened();
    const scroller = this.renderRoot.querySelector<HTMLElement>('.scroll');
    if (scroller) this.#follower.follow(scroller);
    const input = this.renderRoot.querySelector<HTMLTextAreaElement>('#input');
    if (input && input.value !== this.#desk.draft) input.value = this.#desk.draft;
  }

  #start(): void {
    const { endpoint, site, transport, consent } = this;
    if (this.#life.begin({ endpoint, site, transport, consent })) this.#desk.draft = this.#keep?.draft() ?? '';
  }

  #opened(): void {
    this.#keep?.keepOpen(this.isOpen);
    this.#emit(this.isOpen ? 'open' : 'close', {});
    if (this.isOpen) {
      this.#conversation?.warm();
      this.#attention.seen();
      if (this.#byHand) this.#focusInput();
      this.#byHand = false;
      return;
    }
    const back = this.#opener instanceof HTMLElement && this.#opener.isConnected && this.#opener !== document.body && this.#opener !== this ? this.#opener : null;
    (back ?? this.renderRoot.querySelector<HTMLElement>('.launcher'))?.focus();
  }

  #focusInput(): void {
    if (this.mode !== 'inline' || this.matches(':focus-within')) this.renderRoot.querySelector<HTMLElement>('#input')?.focus({ preventScroll: true });
  }

  #keydown(event: KeyboardEvent): void {
    if (event.key === 'Tab' && this.mode === 'popup' && this.isOpen && onPhone()) keepInside(this.renderRoot, event);
    if (event.key !== 'Escape' || event.isComposing || this.mode !== 'popup' || !this.isOpen) return;
    event.stopPropagation();
    this.close();
  }

  /** Renders at once what is urgent, everything else with a frame. */
  #schedule(urgent: boolean): void {
    if (urgent) this.#pacer.now();
    else this.#pacer.soon();
  }

  #draw(): void {
    this.requestUpdate();
    const last = this.#conversation?.transcript().messages.at(-1);
    this.#announcer.tell(last?.role === 'assistant' ? last : null, this.#strings);
    this.#attention.look(this.#conversation?.running()?.id ?? null, this.mode === 'popup' && !this.isOpen);
  }

  async #speak(): Promise<void> {
    const tag = this.language || document.documentElement.lang || navigator.language;
    try {
      this.#strings = await loadStrings(tag, this.strings);
    } catch (error) {
      console.warn(`Halfsecond: the words for ${tag} could not be loaded, English is used.`, error);
    }
    this.requestUpdate();
  }

  #emit(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(`halfsecond:${name}`, { bubbles: true, composed: true, detail }));
  }

  #view(): View {
    const conversation = this.#conversation;
    return {
      strings: this.#strings,
      heading: this.heading ?? this.#strings.title,
      greeting: this.greeting ?? this.#strings.greeting,
      prompts: this.#prompts,
      statusUrl: this.statusUrl,
      showTiming: this.timing,
      popup: this.mode === 'popup',
      transcript: conversation?.transcript() ?? { messages: [] },
      running: conversation?.running() ?? null,
      reconnecting: conversation?.reconnecting() ?? false,
      since: conversation?.since() ?? 0,
      arrived: this.#arrived,
      notice: this.#service.line(this.#fetch, this.#strings),
      fetch: this.#fetch,
      desk: this.#desk,
      act: this.#desk.act,
    };
  }
}
