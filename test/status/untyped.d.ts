/** Packages that the tests use and that bring no types. */
declare module 's3rver' {
  export default class S3rver {
    constructor(options: { port: number; address: string; silent: boolean; directory: string; configureBuckets: { name: string; configs: string[] }[] });
    run(): Promise<{ port: number }>;
    close(): Promise<void>;
  }
}

declare module 'parse-prometheus-text-format' {
  export type Family = { name: string; help: string; type: string; metrics: { value: string; labels?: Record<string, string> }[] };
  export default function parse(text: string): Family[];
}
