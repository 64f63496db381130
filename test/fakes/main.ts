/** A simulated OpenAI for `npm run dev`: the real protocol and realistic waiting times, no key and no money. */
import { startOpenAI } from './openai.ts';

const fake = await startOpenAI({ text: simulate, firstTokenDelay: drawDelay, tokensPerSecond: 80 });
console.log(JSON.stringify({ ready: 'simulated', url: fake.url }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fake.close().then(() => process.exit(0)));

/** Repeats the first sentences of what memory found, so that sources and Markdown can be seen in the page. */
function simulate(body: Record<string, unknown>): string {
  const found = /<snippet [^>]*source="([^"]*)"[^>]*>\n([\s\S]*?)\n<\/snippet>/.exec(String(body['instructions'] ?? ''));
  if (!found) return 'This is a simulated answer: no language model was asked, and memory found nothing on this question.';
  return `This is a simulated answer. In “${found[1]}” it says:\n\n> ${(found[2] ?? '').replace(/\s+/g, ' ').slice(0, 400)}`;
}

/** First-token times of a small hosted model: mostly around half a second, now and then several seconds (ms). */
function drawDelay(): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return Math.random() < 0.975 ? 536 * Math.exp(0.25 * normal) : 3_800 * Math.exp(0.3 * normal);
}
