/** The operations of an OpenAPI 3 document as tools, and a call's arguments as the request that they mean. Pure. */

/** `input`: JSON schema of the arguments: each parameter under its name, the request's body under `body`. */
export type Operation = { id: string; method: string; path: string; title: string; description: string; input: Record<string, unknown>; places: Record<string, 'path' | 'query' | 'body'> };
type Json = Record<string, unknown>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];
const OPERATIONS_MAX = 200;
/** References are followed this deep; a schema that goes on beyond takes anything there. */
const DEPTH_MAX = 8;
/** Parts of one schema, with all that it refers to. */
const PARTS_MAX = 5_000;

/** `skipped` has a sentence for each operation that cannot be a tool. Throws a sentence when the document is none. */
export function operationsOf(document: unknown): { operations: Operation[]; skipped: string[] } {
  if (!isObject(document) || !isObject(document['paths'])) throw new Error('it is no OpenAPI document: it has no paths');
  const operations: Operation[] = [];
  const skipped: string[] = [];
  for (const [path, item] of Object.entries(document['paths'])) {
    if (!isObject(item)) continue;
    for (const method of METHODS) {
      const raw = item[method];
      if (!isObject(raw) || operations.length >= OPERATIONS_MAX) continue;
      const id = typeof raw['operationId'] === 'string' ? raw['operationId'] : `${method}_${path.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '')}`;
      try {
        operations.push(operationOf(document, { id, method, path }, raw, [...listOf(item['parameters']), ...listOf(raw['parameters'])]));
      } catch (error) {
        skipped.push(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return { operations, skipped };
}

function operationOf(document: Json, { id, method, path }: Pick<Operation, 'id' | 'method' | 'path'>, raw: Json, parameters: unknown[]): Operation {
  const properties: Json = {};
  const required: string[] = [];
  const places: Operation['places'] = {};
  for (const reference of parameters) {
    const parameter = resolved(document, reference, 0);
    if (!isObject(parameter)) continue;
    const name = String(parameter['name']);
    const place = parameter['in'];
    if (place !== 'path' && place !== 'query') {
      if (parameter['required'] === true) throw new Error(`it needs ${name} as a ${String(place)}, which is not the model's to say`);
      continue;
    }
    properties[name] = { ...(isObject(parameter['schema']) ? resolvedDeep(document, parameter['schema']) as Json : {}), ...(typeof parameter['description'] === 'string' ? { description: parameter['description'] } : {}) };
    places[name] = place;
    if (parameter['required'] === true || place === 'path') required.push(name);
  }
  const body = resolved(document, raw['requestBody'], 0);
  if (isObject(body)) {
    const json = isObject(body['content']) ? Object.entries(body['content']).find(([type]) => /^application\/([\w.+-]+\+)?json/.test(type))?.[1] : undefined;
    if (!isObject(json)) throw new Error('its body is no JSON');
    properties['body'] = isObject(json['schema']) ? resolvedDeep(document, json['schema']) : {};
    places['body'] = 'body';
    if (body['required'] === true) required.push('body');
  }
  const words = (key: string): string => (typeof raw[key] === 'string' ? raw[key] : '');
  return {
    id, method: method.toUpperCase(), path, places,
    title: (words('summary') || id).slice(0, 80),
    description: [words('summary'), words('description')].filter(Boolean).join('. ').slice(0, 2_000),
    input: { type: 'object', properties, required, additionalProperties: false },
  };
}

/** The request of a call whose arguments fit the schema. `base` is the address that paths are appended to. */
export function requestOf(base: string, { method, path, places }: Pick<Operation, 'method' | 'path' | 'places'>, input: Json): { url: URL; method: string; body: string | null } {
  const part = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  const filled = path.replace(/\{([^{}]+)\}/g, (_whole, name: string) => segment(part(input[name] ?? '')));
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${filled.replace(/^\//, '')}`;
  for (const [name, place] of Object.entries(places)) {
    const value = input[name];
    if (place !== 'query' || value === undefined) continue;
    for (const entry of Array.isArray(value) ? value : [value]) url.searchParams.append(name, part(entry));
  }
  return { url, method, body: input['body'] === undefined || places['body'] === undefined ? null : JSON.stringify(input['body']) };
}

/** One segment of a path: whatever stands in it stays in it, dots too. */
function segment(text: string): string {
  if (/^\.{1,2}$/.test(text)) return text.replaceAll('.', '%252E');
  return encodeURIComponent(text.toWellFormed());
}

function resolved(document: Json, value: unknown, depth: number): unknown {
  const reference = isObject(value) ? value['$ref'] : undefined;
  if (typeof reference !== 'string') return value;
  if (!reference.startsWith('#/') || depth > DEPTH_MAX) return {};
  const found = reference.slice(2).split('/').reduce<unknown>((at, key) => {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    return isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  }, document);
  return resolved(document, found, depth + 1);
}

/** References are put in place; where one leads back into itself, anything goes. */
function resolvedDeep(document: Json, value: unknown, trail: string[] = [], budget = { left: PARTS_MAX }): unknown {
  budget.left -= 1;
  if (budget.left < 0) throw new Error('its schema is too large');
  if (Array.isArray(value)) return value.map((entry) => resolvedDeep(document, entry, trail, budget));
  if (!isObject(value)) return value;
  const reference = value['$ref'];
  const further = typeof reference === 'string' ? [...trail, reference] : trail;
  if (further.length > DEPTH_MAX || (typeof reference === 'string' && trail.includes(reference))) return {};
  const target = resolved(document, value, 0);
  if (!isObject(target)) return {};
  // Keywords that describe, not check; some of them mean other things in JSON schema.
  const { example: _e, examples: _x, xml: _m, externalDocs: _d, discriminator: _i, nullable, ...kept } = target;
  const copy = Object.fromEntries(Object.entries(kept).map(([key, entry]) => [key, resolvedDeep(document, entry, further, budget)]));
  return nullable === true && typeof copy['type'] === 'string' ? { ...copy, type: [copy['type'], 'null'] } : copy;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
