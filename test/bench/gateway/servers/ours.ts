/** The real bff. Arguments: the provider's address, an empty folder, and `lean` for memory and tools off. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '@halfsecond/bff/config';
import { startBff } from '@halfsecond/bff/main';
import { ready } from '../probe.ts';
import { ORIGIN, SITE_KEY } from '../requests.ts';

const [provider = '', folder = '', mode] = process.argv.slice(2);
const lean = mode === 'lean';
const patient = 600_000;
const tools = lean ? [] : ['docs.*'];
const agents = [
  { name: 'billing', title: 'Billing', description: 'Invoices, payments and refunds.', topics: ['invoice', 'refund', 'payment'], examples: ['Where is my invoice?', 'I want my money back', 'Which cards do you take?'], instructions: 'You help with bills.', tools },
  { name: 'orders', title: 'Orders', description: 'Orders, parcels and delivery.', topics: ['order', 'parcel', 'delivery'], examples: ['Where is my parcel?', 'Change the address of my order', 'When will it arrive?'], instructions: 'You help with orders.', tools },
  { name: 'account', title: 'Account', description: 'Signing in, passwords and profiles.', topics: ['password', 'profile', 'login'], examples: ['I forgot my password', 'Change my name', 'Delete my account'], instructions: 'You help with accounts.', tools },
];
const parsed = parseConfig({
  site: { id: 'shop', key: SITE_KEY, origins: [ORIGIN] },
  providers: { mock: { kind: 'openai-compatible', baseURL: `${provider}/v1`, timeouts: { headers: patient, firstContent: patient, silence: patient } } },
  models: [{ id: 'mock', provider: 'mock', model: 'mock', inputPrice: 0.25, outputPrice: 2, maxConcurrent: 100_000 }],
  agents,
  tools: lean ? {} : { docs: { kind: 'builtin' } },
  memory: { enabled: !lean },
  queue: { depth: 100_000, wait: patient },
  limits: { requestsPerMinute: 100_000_000, streamsPerVisitor: 100_000 },
}, {}, folder);
if ('faults' in parsed) throw new Error(parsed.faults.join('\n'));

const assets = join(folder, 'dist');
mkdirSync(join(assets, 'assets'), { recursive: true });
writeFileSync(join(assets, 'halfsecond.js'), '/* loader */');
const bff = await startBff({ config: parsed.config, data: join(folder, 'data'), env: {}, assets, log: (line) => console.error(line) }, { host: '127.0.0.1', port: 0 });
await bff.knowledge;
ready('ours', bff.port);
