/** One incident or maintenance file: front matter read and checked, changed without losing what people wrote into it. */
import { isMap, parseDocument, stringify, type Document, type ScalarTag } from 'yaml';
import { incident, maintenance, type Incident, type Maintenance } from '../src/incident.ts';

export type Kind = 'incidents' | 'maintenance';
export type Parsed<T> = { entry: T; body: string } | { faults: string[] };

const shape = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/;
/** Times unquoted, as people write them, are dates; one without a zone stays a text and is refused. */
const timestamp: ScalarTag = {
  tag: 'tag:yaml.org,2002:timestamp',
  default: true,
  test: /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  identify: (value) => value instanceof Date,
  resolve: (text) => new Date(text.replace(' ', 'T')),
  stringify: ({ value }) => (value as Date).toISOString().replace('.000Z', 'Z'),
};
const options = { customTags: [timestamp] };
/** Long sentences stay on their line, and a time that is said twice is written twice. */
const written = { lineWidth: 0, aliasDuplicateObjects: false };

/** @returns the entry, or every fault as `incidents/NAME.md: field: what is wrong` */
export function parseIncident(name: string, text: string): Parsed<Incident> {
  return parse(`incidents/${name}.md`, text, incident);
}

/** The same for a maintenance. */
export function parseMaintenance(name: string, text: string): Parsed<Maintenance> {
  return parse(`maintenance/${name}.md`, text, maintenance);
}

function parse<T>(path: string, text: string, schema: { safeParse: (value: unknown) => { success: true; data: T } | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } } }): Parsed<T> {
  const found = shape.exec(text);
  if (!found) return { faults: [`${path}: expected front matter between two lines of ---`] };
  const document = parseDocument(found[1] ?? '', options);
  const [broken] = document.errors;
  if (broken) return { faults: [`${path}: ${broken.message.split('\n', 1)[0] ?? 'is no YAML'}`] };
  const parsed = schema.safeParse(document.toJS());
  if (parsed.success) return { entry: parsed.data, body: found[2] ?? '' };
  return { faults: parsed.error.issues.map((issue) => `${path}: ${issue.path.map(String).join('.') || 'front matter'}: ${issue.message}`) };
}

/** A new file. Undefined fields are left out. */
export function compose(front: Record<string, unknown>, body: string): string {
  return `---\n${stringify(front, { ...options, ...written }).trimEnd()}\n---\n${body.endsWith('\n') || body === '' ? body : `${body}\n`}`;
}

/** The text with its front matter changed by `edit`; comments, order and body stay. @throws when it has none */
export function change(text: string, edit: (front: Document) => void): string {
  const found = shape.exec(text);
  if (!found) throw new Error('The file has no front matter.');
  const document = parseDocument(found[1] ?? '', options);
  if (document.errors.length > 0 || !isMap(document.contents)) throw new Error('The front matter is no YAML.');
  edit(document);
  return `---\n${document.toString({ lineWidth: 0 }).trimEnd()}\n---\n${found[2] ?? ''}`;
}

/** Adds one entry to `updates`. */
export function addUpdate(front: Document, at: Date, status: string, body: string): void {
  const update = front.createNode({ at, status, body }, { aliasDuplicateObjects: false });
  if (front.has('updates')) front.addIn(['updates'], update);
  else front.set('updates', front.createNode([update]));
}
