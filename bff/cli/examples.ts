/** Writes an example into the text of a configuration file and leaves everything else as it stands. Pure. */

type Value = { from: number; to: number; value?: unknown; items?: Value[]; fields?: Map<string, Value> };

/** The text with `example` added to the agent's examples. Throws a sentence when the agent is not there or the text is no JSON. */
export function withExample(source: string, agent: string, example: string): string {
  const agents = read(source).fields?.get('agents')?.items ?? [];
  const found = agents.find((entry) => entry.fields?.get('name')?.value === agent);
  if (!found?.fields) throw new Error(`The configuration has no agent "${agent}"; there are ${agents.map((entry) => `"${String(entry.fields?.get('name')?.value)}"`).join(', ') || 'none'}.`);
  const quoted = JSON.stringify(example);
  const examples = found.fields.get('examples');
  if (!examples) {
    const name = found.fields.get('name') as Value;
    const before = source.slice(found.from + 1, firstOf(found)).match(/^\s*/)?.[0] ?? ' ';
    return put(source, name.to, `,${before === '' ? ' ' : before}"examples": [${quoted}]`);
  }
  if (!examples.items) throw new Error(`The examples of "${agent}" are no list.`);
  const last = examples.items.at(-1);
  if (!last) return source.slice(0, examples.from) + `[${quoted}]` + source.slice(examples.to);
  // The next entry stands as the last one does: on a line of its own, or after a space.
  const before = source.slice((examples.items.at(-2)?.to ?? examples.from) + 1, last.from).replace(/^[^\S\n]*,/, '');
  const alone = examples.items.length === 1 && !before.includes('\n');
  return put(source, last.to, `,${alone || before === '' ? ' ' : before}${quoted}`);
}

function firstOf({ fields, to }: Value): number {
  return Math.min(to, ...[...(fields?.values() ?? [])].map(({ from }) => from));
}

function put(source: string, at: number, text: string): string {
  return source.slice(0, at) + text + source.slice(at);
}

/** JSON with the place of every value. `JSON.parse` has accepted the text before, so this only has to find its way. */
function read(source: string): Value {
  JSON.parse(source);
  let at = 0;
  const blank = (): void => {
    while (/\s/.test(source[at] ?? 'x')) at += 1;
  };
  const scalar = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y;
  function value(): Value {
    blank();
    const from = at;
    if (source[at] === '[' || source[at] === '{') {
      const [open, close] = source[at] === '[' ? ['[', ']'] : ['{', '}'];
      const items: Value[] = [];
      const fields = new Map<string, Value>();
      at += 1;
      for (blank(); source[at] !== close; blank()) {
        if (source[at] === ',') at += 1;
        const entry = value();
        if (open === '[') items.push(entry);
        else {
          blank();
          at += 1; // the colon
          fields.set(String(entry.value), value());
        }
      }
      at += 1;
      return open === '[' ? { from, to: at, items } : { from, to: at, fields };
    }
    scalar.lastIndex = at;
    const text = scalar.exec(source)?.[0] ?? '';
    at += text.length;
    return { from, to: at, value: JSON.parse(text) };
  }
  return value();
}
