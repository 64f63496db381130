/** As much of a document as the Markdown writer uses, with a serializer: lets Node run thousands of parses. */

export class TinyText {
  parentNode: TinyElement | null = null;
  data: string;
  constructor(data: string) {
    this.data = data;
  }
}

export class TinyElement {
  parentNode: TinyElement | null = null;
  readonly tag: string;
  readonly attributes: [string, string][] = [];
  childNodes: (TinyElement | TinyText)[] = [];
  constructor(tag: string) {
    this.tag = tag;
  }
  setAttribute(name: string, value: string): void {
    this.attributes.push([name, value]);
  }
  append(...nodes: (TinyElement | TinyText | string)[]): void {
    for (const node of nodes) {
      const child = typeof node === 'string' ? new TinyText(node) : node;
      child.parentNode?.removeChild(child);
      child.parentNode = this;
      this.childNodes.push(child);
    }
  }
  removeChild(node: TinyElement | TinyText): void {
    this.childNodes.splice(this.childNodes.lastIndexOf(node), 1);
    node.parentNode = null;
  }
  remove(): void {
    this.parentNode?.removeChild(this);
  }
}

/** A document good enough for `createMarkdown`. */
export const tinyDocument = {
  createElement: (tag: string) => new TinyElement(tag),
  createTextNode: (data: string) => new TinyText(data),
} as unknown as Document;

export function tinyRoot(): { root: TinyElement; element: Element } {
  const root = new TinyElement('root');
  return { root, element: root as unknown as Element };
}

const HIDDEN = new Set(['part', 'rel', 'target', 'title', 'role', 'tabindex', 'type', 'data-copy', 'data-to', 'aria-label']);

/** The children as text; neighbouring text nodes are one. Attributes that never vary are left out. */
export function serialize(node: TinyElement): string {
  return node.childNodes.map((child) => {
    if (child instanceof TinyText) return child.data.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    if (child.tag === 'div' && child.attributes.some(([, value]) => value === 'code-head')) return '';
    const attributes = child.attributes.filter(([name]) => !HIDDEN.has(name)).map(([name, value]) => ` ${name}="${value}"`).join('');
    return `<${child.tag}${attributes}>${serialize(child)}</${child.tag}>`;
  }).join('');
}
