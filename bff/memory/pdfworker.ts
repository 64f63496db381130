/** The thread of pdf.ts: reads the PDF that it was given and answers once. */
import { parentPort, workerData } from 'node:worker_threads';
import { extractText, getDocumentProxy, getMeta } from 'unpdf';

try {
  const pdf = await getDocumentProxy(new Uint8Array(workerData as Uint8Array));
  const { text } = await extractText(pdf, { mergePages: false });
  const { info } = await getMeta(pdf);
  const title: unknown = info['Title'];
  parentPort?.postMessage({ text: text.join('\n\n'), title: typeof title === 'string' && title.trim() !== '' ? title : null });
} catch (error) {
  parentPort?.postMessage({ fault: error instanceof Error ? error.message : String(error) });
}
