/** Faults between settings that are each well formed: names that lead nowhere, doubles, a regulated agent without a private model. */
import * as z from 'zod';

const text = z.string().catch('');
const texts = z.array(text).catch([]);
const listOf = <T extends z.ZodType>(entry: T) => z.array(entry).catch([]);
const entry = <T extends z.core.$ZodLooseShape>(shape: T) => z.object(shape).catch(() => z.object(shape).parse({}));

/** Just what is compared, and read leniently: a fault elsewhere in the file must not hide one here. */
const view = z.object({
  site: entry({ id: text, key: text }).optional(),
  sites: listOf(entry({ id: text, key: text })).optional(),
  providers: z.record(z.string(), entry({ kind: text, private: z.boolean().catch(false) })).catch({}),
  models: listOf(entry({ id: text, provider: text })),
  memory: entry({ facts: entry({ model: text }).optional() }),
  agents: listOf(entry({ name: text, tools: texts, dataClass: text })),
  tools: z.record(z.string(), z.unknown()).catch({}),
  dispatch: entry({ fallback: text, secondOpinion: entry({ model: text }).optional() }),
  route: entry({ internal: text }),
}).catch({ providers: {}, models: [], memory: {}, agents: [], tools: {}, dispatch: { fallback: '' }, route: { internal: '' } });

/** `json` is the configuration as read, with its `$NAME`s filled in. Each fault is a sentence with its path. */
export function contradictions(json: unknown): string[] {
  const { site, sites, providers, models, memory, agents, tools, dispatch, route } = view.parse(json);
  const all = sites ?? (site ? [site] : []);
  const faults: string[] = [];
  if (site && sites) faults.push('site and sites are both set: expected one of them.');
  if (all.length === 0) faults.push('site is missing: expected an object with id, key and origins.');
  const twice = (path: string, what: string, values: string[]) => {
    for (const value of repeated(values)) faults.push(`${path} has the ${what} "${value}" twice: expected each once.`);
  };
  twice('sites', 'id', all.map(({ id }) => id));
  twice('sites', 'key', all.map(({ key }) => key));
  twice('models', 'id', models.map(({ id }) => id));
  twice('agents', 'name', agents.map(({ name }) => name));
  for (const [at, { provider }] of models.entries()) {
    if (provider === '' || Object.hasOwn(providers, provider)) continue;
    faults.push(`models[${at}].provider is "${provider}", which providers does not have: expected one of ${names(Object.keys(providers))}.`);
  }
  const privateModel = models.some(({ provider }) => providers[provider]?.private);
  for (const [at, agent] of agents.entries()) {
    for (const wanted of agent.tools) {
      if (Object.hasOwn(tools, wanted.split('.')[0] ?? wanted)) continue;
      faults.push(`agents[${at}].tools names "${wanted}", which tools does not have: expected one of ${names(Object.keys(tools))}.`);
    }
    const walled = agent.dataClass === 'regulated' || (agent.dataClass === 'internal' && route.internal === 'private');
    if (walled && !privateModel) {
      faults.push(`agents[${at}] ("${agent.name}") is ${agent.dataClass}, but no model belongs to a private provider: expected at least one.`);
    }
  }
  const { handoff } = tools;
  if (typeof handoff === 'object' && handoff !== null && !('webhook' in handoff) && !('email' in handoff) && 'kind' in handoff && handoff.kind === 'builtin') {
    faults.push('tools.handoff tells nobody: expected webhook or email.');
  }
  const { fallback } = dispatch;
  if (fallback !== '' && fallback !== 'human' && !agents.some(({ name }) => name === fallback)) {
    faults.push(`dispatch.fallback is "${fallback}": expected "human" or one of ${names(agents.map(({ name }) => name))}.`);
  }
  for (const [path, model] of [['dispatch.secondOpinion', dispatch.secondOpinion?.model], ['memory.facts', memory.facts?.model]] as const) {
    if (!model || models.some(({ id }) => id === model)) continue;
    faults.push(`${path}.model is "${model}", which models does not have: expected one of ${names(models.map(({ id }) => id))}.`);
  }
  const reader = models.find(({ id }) => id === memory.facts?.model);
  if (reader && providers[reader.provider]?.kind === 'builtin') faults.push(`memory.facts.model is "${reader.id}", but the built-in answerer cannot read facts: expected a model of another provider.`);
  return faults;
}

function repeated(values: string[]): string[] {
  return [...new Set(values.filter((value, at) => value !== '' && values.indexOf(value) !== at))];
}

function names(values: string[]): string {
  return values.length > 0 ? values.map((value) => `"${value}"`).join(', ') : '(none is configured)';
}
