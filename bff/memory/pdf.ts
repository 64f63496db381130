/** PDF to text, page by page, in a thread of its own: a crafted or huge file holds up nobody and can be given up. */
import { Worker } from 'node:worker_threads';
import { MemoryError } from './errors.ts';

/** `title` as the file names itself, null when it does not. */
export type PdfText = { text: string; title: string | null };
type Answer = PdfText | { fault: string };

const DEADLINE_MS = 60_000;
const MEMORY_MB = 512;

/** Throws `memory_bad_value` with a sentence for what is no PDF, is locked by a password, or takes longer than a minute. */
export async function readPdf(bytes: Uint8Array): Promise<PdfText> {
  const worker = new Worker(new URL('pdfworker.ts', import.meta.url), { workerData: bytes, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB }, stdout: true, stderr: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Answer>((resolve) => {
      timer = setTimeout(() => resolve({ fault: `it took longer than ${DEADLINE_MS / 1_000} s` }), DEADLINE_MS);
      worker.once('message', (message: Answer) => resolve(message));
      worker.once('error', (error) => resolve({ fault: String(error) }));
      worker.once('exit', () => resolve({ fault: 'its reader ended without a word' }));
    });
    if ('fault' in answer) throw new MemoryError('memory_bad_value', `the PDF cannot be read: ${answer.fault}`);
    return answer;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
