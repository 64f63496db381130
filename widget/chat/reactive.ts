/** The base of the element: properties that follow attributes, and one render for all changes of a moment. Small on purpose: every visitor downloads it. */
import { render } from 'lit/html.js';

type Declared = { attribute?: string | boolean; type?: typeof Boolean; reflect?: boolean };
/** Names of what is another value than at the last render, with the value it had then. */
export type Changed = ReadonlyMap<string, unknown>;

const attributeOf = (key: string, { attribute = key }: Declared): string => (typeof attribute === 'string' ? attribute : '');

/** Outside of a browser the class is only named, never made. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** Subclasses declare `static properties` as Lit does; property and attribute are kept in step, `reflect` writes back. */
export abstract class Reactive extends Base {
  static properties: Record<string, Declared> = {};
  static sheet: CSSStyleSheet;

  /** Read once, when the element is defined: the moment to make the accessors. */
  static get observedAttributes(): string[] {
    for (const key of Object.keys(this.properties)) {
      Object.defineProperty(this.prototype, key, {
        get(this: Reactive) {
          return this.#values.get(key);
        },
        set(this: Reactive, value: unknown) {
          const old = this.#values.get(key);
          if (Object.is(old, value)) return;
          this.#values.set(key, value);
          if (!this.#changed.has(key)) this.#changed.set(key, old);
          this.requestUpdate();
        },
      });
    }
    return Object.entries(this.properties).map(([key, spec]) => attributeOf(key, spec)).filter((name) => name !== '');
  }

  /** Resolves when everything that has changed until now is in the DOM. */
  updateComplete: Promise<void> = Promise.resolve();
  protected hasUpdated = false;
  #values = new Map<string, unknown>();
  #changed = new Map<string, unknown>();
  #queued = false;
  /** Properties that a page had set before the element was known. */
  #early: [string, unknown][] = [];

  constructor() {
    super();
    const { properties } = this.constructor as typeof Reactive;
    for (const key of Object.keys(properties)) {
      if (!Object.hasOwn(this, key)) continue;
      this.#early.push([key, Reflect.get(this, key)]);
      Reflect.deleteProperty(this, key);
    }
  }

  /** Made no earlier than needed: the script tag brings a root of its own. */
  protected get renderRoot(): ShadowRoot {
    return this.shadowRoot ?? this.attachShadow({ mode: 'open' });
  }

  connectedCallback(): void {
    const { sheet } = this.constructor as typeof Reactive;
    if (!this.renderRoot.adoptedStyleSheets.includes(sheet)) this.renderRoot.adoptedStyleSheets.push(sheet);
    for (const [key, value] of this.#early.splice(0)) Reflect.set(this, key, value);
    this.requestUpdate();
  }

  attributeChangedCallback(name: string, _old: string | null, value: string | null): void {
    const found = Object.entries((this.constructor as typeof Reactive).properties).find(([key, spec]) => attributeOf(key, spec) === name);
    if (found) Reflect.set(this, found[0], found[1].type ? value !== null : value);
  }

  requestUpdate(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.updateComplete = Promise.resolve().then(() => this.#update());
  }

  protected abstract render(): unknown;
  protected willUpdate(_changed: Changed): void {}
  protected firstUpdated(): void {}
  protected updated(_changed: Changed): void {}

  #update(): void {
    this.#queued = false;
    if (!this.isConnected) return;
    const changed = this.#changed;
    this.willUpdate(changed);
    this.#changed = new Map();
    for (const key of changed.keys()) {
      const spec = (this.constructor as typeof Reactive).properties[key] ?? {};
      const value = this.#values.get(key);
      if (spec.reflect && spec.type) this.toggleAttribute(attributeOf(key, spec), Boolean(value));
      else if (spec.reflect) this.setAttribute(attributeOf(key, spec), String(value));
    }
    render(this.render(), this.renderRoot, { host: this });
    if (!this.hasUpdated) this.firstUpdated();
    this.hasUpdated = true;
    this.updated(changed);
  }
}
