/** `halfsecond status`: the status host, in processes of its own that share nothing with the bff. */
import { join } from 'node:path';
import { helped, root } from './options.ts';
import { endService, startService, toldToEnd } from './processes.ts';

const HELP = `halfsecond status [--publish PLACE …] [--mirror URL [--key KEY]] [--report-to URL --name PLACE]

The status host alone: collector and site. May run on another machine than the bff.
  STATUS_SOURCE (http://127.0.0.1:8787)  STATUS_FEED_KEY  STATUS_PORT (8788)  HOST (127.0.0.1)  HALFSECOND_DATA (.data)

  --report-to URL --name PLACE   only a prober: reports from here to the status host at its STATUS_REPORT_PORT
  --publish DIR|s3://…           writes every file there too
  --mirror URL                   serves a verified copy of another status host`;

export async function run(args: string[]): Promise<number> {
  if (helped(args, HELP)) return 0;
  const ending = toldToEnd();
  const service = await startService('status', [join(root, 'status/main.ts'), ...args], {});
  console.log(JSON.stringify({ ready: 'status', url: service.url }));
  await Promise.race([ending, service.ended]);
  await endService(service);
  return 0;
}
