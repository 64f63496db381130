/** The schema of halfsecond.config.json: reads it, fills in `$NAME`, and turns every fault into a sentence. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { contradictions } from './contradictions.ts';
import { embedded } from './defaults.ts';


const idText = z.string().regex(/^[A-Za-z0-9_.:-]{1,128}$/, 'expected 1 to 128 characters from A-Z a-z 0-9 _ . : -');
const milliseconds = z.int().min(1).max(600_000);
const origin = z.string().refine(isOrigin, 'expected an exact origin such as https://example.com, without path or wildcard');
const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https address' });

const site = z.object({
  id: idText,
  /** The public key that the script tag carries. */
  key: idText,
  origins: z.array(origin),
  /** Secrets or public keys that the customer signs identities with; two at a time allow rotation. */
  identitySecrets: z.array(z.string().min(16, 'expected at least 16 characters')).default([]),
  /** Conversations and remembered turns are deleted after so many days; without it they stay until they are erased. */
  retentionDays: z.int().min(1).max(36_500).optional(),
  /** Questions and answers are kept with the traces of slow, failed and complained-about turns. */
  traceText: z.boolean().default(false),
});

const provider = z.object({
  kind: z.enum(['openai', 'anthropic', 'openai-compatible', 'builtin']),
  apiKey: z.string().min(1).optional(),
  baseURL: httpUrl.optional(),
  /** A private provider may see regulated text. */
  private: z.boolean().default(false),
  headers: z.record(z.string(), z.string()).optional(),
  timeouts: z.object({
    headers: milliseconds.default(8_000),
    firstContent: milliseconds.default(12_000),
    silence: milliseconds.default(8_000),
  }).prefault({}),
});

const model = z.object({
  id: idText,
  provider: idText,
  model: z.string().min(1),
  /** US dollars per million tokens; known models are priced without it. */
  inputPrice: z.number().min(0).optional(),
  outputPrice: z.number().min(0).optional(),
  quality: z.int().min(1).max(5).default(2),
  maxConcurrent: z.int().min(1).max(100_000).default(32),
  maxOutputTokens: z.int().min(1).max(1_000_000).default(2_048),
  /** Whether it can call tools; one that cannot is not asked where the step brings some. */
  tools: z.boolean().default(true),
});

const agent = z.object({
  name: idText,
  title: z.string().min(1).optional(),
  description: z.string().default(''),
  topics: z.array(z.string()).default([]),
  examples: z.array(z.string()).default([]),
  instructions: z.string().default(''),
  /** Tool names; `orders.*` means every tool of that source. */
  tools: z.array(z.string()).default([]),
  dataClass: z.enum(['public', 'internal', 'regulated']).default('public'),
  quality: z.int().min(1).max(5).default(1),
  /** Only visitors with a verified identity reach this agent. */
  identity: z.boolean().default(false),
});

const toolTimes = {
  /** How long a call may take, and how long when it reports progress. */
  timeout: milliseconds.default(1_500),
  longest: milliseconds.default(15_000),
};
/** `host:port` inside private ranges that may be reached. */
const allow = z.array(z.string().regex(/^(\[[0-9a-f:.]+\]|[^\s:/]+):\d{1,5}$/i, 'expected host:port')).default([]);
const approval = z.union([z.boolean(), z.array(z.string())]);
const tool = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('builtin'),
    timeout: toolTimes.timeout,
    /** Of `handoff` alone: where a person is told, and the address under which this backend is reached from there. */
    webhook: httpUrl.optional(),
    secret: z.string().min(1).optional(),
    allow,
    email: z.object({ smtp: z.string().regex(/^smtps?:\/\//, 'expected smtp://… or smtps://…'), from: z.string().min(3), to: z.string().min(3) }).optional(),
    publicUrl: httpUrl.optional(),
  }),
  z.object({
    kind: z.literal('mcp'),
    url: httpUrl.optional(),
    headers: z.record(z.string(), z.string()).optional(),
    command: z.array(z.string()).min(1).optional(),
    /** Variables of the environment that the command gets beside PATH and the like. */
    env: z.record(z.string(), z.string()).optional(),
    ...toolTimes,
    allow,
    /** Which of its tools need the visitor's yes; without it, those that say that they change something. */
    approval: approval.optional(),
    /** Its resources and prompts become knowledge of the site. */
    knowledge: z.boolean().default(false),
  }).refine((t) => (t.url === undefined) !== (t.command === undefined), 'expected either url or command'),
  z.object({
    kind: z.literal('http'),
    url: httpUrl,
    secret: z.string().min(1).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    ...toolTimes,
    allow,
    title: z.string().min(1).optional(),
    description: z.string().optional(),
    /** JSON schema of the arguments of the one tool behind `url`. */
    schema: z.record(z.string(), z.unknown()).optional(),
    triggers: z.array(z.string()).default([]),
    /** File or address of an OpenAPI document whose operations are the tools; `url` is then what their paths are appended to. */
    openapi: z.string().min(1).optional(),
    /** Ids of the operations to offer; without it, all. */
    operations: z.array(z.string()).optional(),
    /** Whether calls need the visitor's yes; without it, operations that are no GET do. */
    approval: approval.optional(),
  }),
]);

const schema = z.object({
  site: site.optional(),
  sites: z.array(site).min(1).optional(),
  providers: z.record(idText, provider).default({}),
  models: z.array(model).default([]),
  agents: z.array(agent).default([]),
  tools: z.record(idText, tool).default({}),
  dispatch: z.object({
    /** Who answers when no agent fits: an agent's name, or "human". Without it a general answer is tried. */
    fallback: idText.optional(),
    /** Whether the visitor is asked which of two agents they mean when both are close and neither is sure. */
    clarify: z.boolean().default(true),
    /** A cheap model that is asked who a message is for when no agent fits, for `timeout` ms at most. */
    secondOpinion: z.object({ model: idText, timeout: milliseconds.default(400) }).optional(),
  }).prefault({}),
  memory: z.object({
    enabled: z.boolean().default(true),
    /** Folder of the LanceDB tables, relative to the working folder. Default: `memory` in the data folder. */
    uri: z.string().min(1).optional(),
    tokenBudget: z.int().min(0).max(8_000).default(300),
    /** A turn goes on after so many ms with what was found by then. */
    deadline: milliseconds.default(50),
    /** What makes vectors instead of the shipped table of words. Another one re-embeds what is there in the background. */
    embedder: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('openai-compatible'), baseURL: httpUrl, model: z.string().min(1), apiKey: z.string().min(1).optional(), size: z.int().min(8).max(8_192).optional() }),
      /** transformers.js with a model in a folder; the package is installed beside the configuration by whoever wants it. */
      z.object({ kind: z.literal('transformers'), path: z.string().min(1) }),
    ]).optional(),
    /** A cheap model that reads facts about a visitor out of a conversation, in the background, once nobody spoke there for `pause` ms. */
    facts: z.object({ model: idText, pause: milliseconds.default(30_000) }).optional(),
    /**
     * Files and folders read at every start, relative to the configuration file. `url` is where a visitor can
     * read it: absolute, or a path on the page that holds the widget. A folder's files are appended to it.
     */
    knowledge: z.array(z.union([
      z.string().min(1).transform((path): { path: string; url?: string | undefined } => ({ path })),
      z.object({ path: z.string().min(1), url: z.string().min(1).optional() }),
    ])).default([]),
  }).prefault({}),
  route: z.object({
    firstTokenTarget: milliseconds.default(500),
    firstTokenLimit: milliseconds.default(1_500),
    nextStart: milliseconds.default(900),
    extraCalls: z.number().min(0).max(4).default(0.1),
    /** Where internal text may go: to every configured provider (as without it), or to private ones only. */
    internal: z.enum(['providers', 'private']).optional(),
  }).prefault({}),
  queue: z.object({
    depth: z.int().min(0).max(100_000).default(200),
    wait: milliseconds.default(2_000),
  }).prefault({}),
  limits: z.object({
    requestsPerMinute: z.int().min(1).default(60),
    streamsPerVisitor: z.int().min(1).default(4),
    /** US dollars a day (UTC) over all sites; 0 allows only what is free. */
    dailySpend: z.number().min(0).default(50),
  }).prefault({}),
});

type Parsed = z.infer<typeof schema>;
export type SiteConfig = z.infer<typeof site>;
export type ProviderConfig = z.infer<typeof provider>;
export type ModelConfig = z.infer<typeof model>;
export type AgentConfig = z.infer<typeof agent>;
export type ToolConfig = z.infer<typeof tool>;
/** The configuration as the layers see it: one list of sites, paths resolved against `folder`. */
export type Config = Omit<Parsed, 'site' | 'sites'> & { sites: SiteConfig[]; folder: string };

/** `warnings` are for the log and stop nothing. */
export type ReadResult = { config: Config; warnings: string[] } | { faults: string[] };

/** Reads HALFSECOND_CONFIG, else ./halfsecond.config.json, else the embedded defaults. */
export function readConfig(env: NodeJS.ProcessEnv, cwd: string): ReadResult {
  const path = resolve(cwd, env['HALFSECOND_CONFIG'] ?? 'halfsecond.config.json');
  if (!existsSync(path)) {
    if (env['HALFSECOND_CONFIG'] !== undefined) return { faults: [`HALFSECOND_CONFIG names ${path}, but there is no such file.`] };
    return parseConfig(embedded, env, cwd);
  }
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return { faults: [`${path} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}.`] };
  }
  return parseConfig(json, env, dirname(path));
}

/** Checks an already parsed configuration. `folder` is what relative paths in it start from. */
export function parseConfig(json: unknown, env: NodeJS.ProcessEnv, folder: string): ReadResult {
  const filled = fillIn(json, env);
  const parsed = schema.safeParse(filled);
  const faults = [...(parsed.error?.issues.map(sentence) ?? []), ...contradictions(filled)];
  if (!parsed.success || faults.length > 0) return { faults };
  const { site: single, sites, ...rest } = parsed.data;
  return { config: { ...rest, sites: sites ?? (single ? [single] : []), folder }, warnings: unknownKeys(json) };
}

/** Replaces `$NAME` by the environment's value; an unset name leaves the setting out (of a list: the entry). */
function fillIn(value: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string') {
    const name = /^\$([A-Z][A-Z0-9_]*)$/.exec(value)?.[1];
    return name === undefined ? value : env[name] || undefined;
  }
  if (Array.isArray(value)) return value.map((entry) => fillIn(entry, env)).filter((entry) => entry !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fillIn(entry, env)]));
}

function sentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.reduce<string>((text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key)), '');
  const text = issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '');
  return `${path || 'The configuration'}: ${text}.`;
}

/** Settings that nothing reads: most often a spelling mistake. */
function unknownKeys(json: unknown): string[] {
  if (typeof json !== 'object' || json === null) return [];
  const known = new Set(Object.keys(schema.shape));
  return Object.keys(json).filter((key) => !known.has(key) && !key.startsWith('$')).map((key) => `${key} is not a setting that is known here; it is ignored.`);
}

function isOrigin(text: string): boolean {
  return !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
}
