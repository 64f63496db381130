/** The places that `--publish` can name: a folder, or a bucket of anything that speaks S3. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { basename, dirname, join, resolve } from 'node:path';
import type { Place } from './target.ts';
import { typeOf } from './types.ts';

/** `DIR` or `s3://bucket/prefix`. @throws a sentence when it is neither */
export function placeOf(text: string): Place {
  if (text.startsWith('s3://')) {
    const url = URL.parse(text);
    const prefix = url ? decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '') : '';
    if (!url?.host || url.search || url.hash || url.username) throw new Error(`--publish ${text}: expected s3://bucket/prefix.`);
    return bucket(url.host, prefix);
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) || text === '') throw new Error(`--publish ${text}: expected a folder or s3://bucket/prefix.`);
  return folder(resolve(text));
}

function folder(root: string): Place {
  return {
    name: root,
    async put(file, signal) {
      const target = join(root, file.path);
      const fresh = join(dirname(target), `.${process.pid}.${basename(target)}.part`);
      await mkdir(dirname(target), { recursive: true });
      try {
        await writeFile(fresh, file.content, { signal });
        await rename(fresh, target);
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      }
    },
    remove: (path) => rm(join(root, path), { force: true }),
    async read(path, signal) {
      try {
        return await readFile(join(root, path), { encoding: 'utf8', signal });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
  };
}

/** Keys, region and endpoint are read where every S3 tool reads them: AWS_ACCESS_KEY_ID, AWS_REGION, AWS_ENDPOINT_URL_S3 … */
function bucket(name: string, prefix: string): Place {
  const load = once(async () => {
    const sdk = await import('@aws-sdk/client-s3');
    const endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
    const client: S3Client = new sdk.S3Client({
      region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
      // Buckets as a part of the host's name are Amazon's own custom.
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      // Retries and deadlines are the target's; checksums beyond the signature are not understood everywhere.
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { sdk, client };
  });
  const key = (path: string): { Bucket: string; Key: string } => ({ Bucket: name, Key: prefix ? `${prefix}/${path}` : path });
  return {
    name: `s3://${name}${prefix ? `/${prefix}` : ''}`,
    async put(file, abortSignal) {
      const { sdk, client } = await load();
      const headers = { ContentType: typeOf(file.path), CacheControl: 'no-cache', ContentLength: file.content.byteLength };
      await client.send(new sdk.PutObjectCommand({ ...key(file.path), ...headers, Body: file.content }), { abortSignal });
    },
    async remove(path, abortSignal) {
      const { sdk, client } = await load();
      await client.send(new sdk.DeleteObjectCommand(key(path)), { abortSignal });
    },
    async read(path, abortSignal) {
      const { sdk, client } = await load();
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(key(path)), { abortSignal });
        return (await Body?.transformToString()) ?? null;
      } catch (error) {
        // Keys that may write but not read or list get a 403 for what is not there.
        if (error instanceof sdk.S3ServiceException && [403, 404].includes(error.$metadata.httpStatusCode ?? 0)) return null;
        throw error;
      }
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
