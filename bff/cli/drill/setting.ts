/** The world of a drill: simulated providers and a real bff, each in its own process, on a fast clock and in a folder that goes away. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../options.ts';
import { endService, startService, type Service } from '../processes.ts';

/** What can happen to the primary; the providers' process knows what it means. */
export const INCIDENTS = {
  brownout: 'takes five times as long for everything',
  hang: 'accepts every call and never answers',
  errors: 'answers every call with 503',
  throttle: 'refuses 60 % of the calls with 429 and a Retry-After of 5 s',
} as const;
export type Incident = keyof typeof INCIDENTS;
export const PRIMARY = 'google-lite';
export const ORIGIN = 'http://drill.example';
export const SITE_KEY = 'hs_pub_drill';

/** `calls`: all that the providers were ever asked. `drawn`: per call with content the time, the model (0 is the primary) and the ms it took; `now` is on that clock. */
export type Reply = { urls: { lite: string; openai: string; flash: string; anthropic: string }; calls: number; now: number; drawn: [number, number, number][] };
export type Setting = {
  url: string;
  /** Breaks the primary, or heals it with null; resolves once it is so. */
  set(incident: Incident | null): Promise<Reply>;
  /** Resolves when one of the processes has ended, with a sentence. */
  broken: Promise<string>;
  /** The last lines of the bff's log. */
  logged(): string;
  close(): Promise<void>;
};

/** Starts everything. Rejects with a sentence when something cannot be started; nothing is left running then. */
export async function startSetting(speed: number): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'halfsecond-drill-'));
  const logPath = join(folder, 'bff.log');
  const log = openSync(logPath, 'w');
  const services: Service[] = [];
  const fast = ['--import', pathToFileURL(join(root, 'bff/cli/drill/clock.ts')).href];
  const env = { HALFSECOND_CLOCK_SPEED: String(speed) };
  const logged = (): string => readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-5).join('\n');

  async function close(): Promise<void> {
    await Promise.all(services.map(endService));
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    const providers = await startService('simulated providers', [...fast, join(root, 'test/fakes/incident.ts')], env);
    services.push(providers);
    const { urls } = await order(providers, null);
    const path = join(folder, 'halfsecond.config.json');
    writeFileSync(path, JSON.stringify(configuration(urls)));
    const place = { HALFSECOND_CONFIG: path, HALFSECOND_DATA: join(folder, 'data'), BFF_PORT: '0', HOST: '127.0.0.1', REDIS_URL: undefined };
    const bff = await startService('bff', [...fast, join(root, 'bff/cli/main.ts'), 'bff'], { ...env, ...place }, log).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${logged()}`, { cause: error });
    });
    services.push(bff);
    const broken = Promise.race([providers, bff].map(({ name, ended }) => ended.then((code) => `${name} ended in the middle of the drill (exit code ${code}).`)));
    return { url: bff.url, set: (incident) => order(providers, incident), broken, logged, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One order, one reply; rejects when the process is gone. */
function order({ process: child, ended }: Service, incident: Incident | null): Promise<Reply> {
  const reply = new Promise<Reply>((done) => child.once('message', (message) => done(message as Reply)));
  child.send({ incident });
  return Promise.race([reply, ended.then((code) => Promise.reject(new Error(`simulated providers ended (exit code ${code}).`)))]);
}

/** Settings that nobody named are the embedded defaults: those of the router above all. Only the limits that visitors meet are out of the way. */
function configuration(urls: Reply['urls']): unknown {
  return {
    site: { id: 'drill', key: SITE_KEY, origins: [ORIGIN] },
    providers: {
      [PRIMARY]: { kind: 'openai-compatible', apiKey: 'simulated', baseURL: urls.lite },
      openai: { kind: 'openai', apiKey: 'simulated', baseURL: urls.openai },
      google: { kind: 'openai-compatible', apiKey: 'simulated', baseURL: urls.flash },
      anthropic: { kind: 'anthropic', apiKey: 'simulated', baseURL: urls.anthropic },
    },
    models: [
      { id: 'gemini-2.5-flash-lite', provider: PRIMARY, model: 'gemini-2.5-flash-lite', inputPrice: 0.1, outputPrice: 0.4 },
      { id: 'gpt-4o-mini', provider: 'openai', model: 'gpt-4o-mini', inputPrice: 0.15, outputPrice: 0.6 },
      { id: 'gemini-2.5-flash', provider: 'google', model: 'gemini-2.5-flash', inputPrice: 0.3, outputPrice: 2.5 },
      { id: 'claude-haiku-4-5', provider: 'anthropic', model: 'claude-haiku-4-5', inputPrice: 1, outputPrice: 5 },
    ],
    memory: { enabled: false },
    limits: { requestsPerMinute: 1_000_000, streamsPerVisitor: 10_000, dailySpend: 1_000 },
  };
}
