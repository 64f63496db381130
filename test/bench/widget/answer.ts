/** The answers of the widget bench: Markdown as models write it, cut into tokens. */

const SECTIONS = [
  `## Getting started

To add the chat to your shop you need **one line of HTML** and about *five minutes*. The script is small, loads without blocking and talks only to [your own server](https://chat.example.com/docs/start). Nothing else on the page changes, and you can take it out again at any time without leaving anything behind.

1. Start the server with \`npm start\` and note the public key that it prints.
2. Put the script tag before the end of the \`body\` element.
3. Open the page and ask a question, for example **"Where is my order?"**.

`,
  `\`\`\`js
import { connect } from '@shop/orders';

// Looks an order up and says where it is.
export async function whereIs(orderId) {
  const client = await connect({ region: 'eu', timeout: 1500 });
  const order = await client.find(orderId);
  if (!order) throw new Error(\`no order \${orderId}\`);
  return { state: order.state, at: order.history.at(-1)?.place ?? 'unknown' };
}
\`\`\`

`,
  `| Plan | Messages | First word | Price |
|:-----|---------:|-----------:|------:|
| Starter | 1,000 | 0.5 s | free |
| Team | 20,000 | 0.5 s | 49 € |
| Business | 200,000 | 0.4 s | 290 € |

- Every plan has the **status page** and the trace of every answer.
- Moving between plans takes effect *at once*; what you have paid is counted in.
  - Downgrades keep the history for 30 days.
  - Upgrades need no new key.
- [x] Your data stays on your machine
- [ ] Your own colours are still to be chosen

> A refund is possible within 14 days after the purchase. Write to billing@example.com or open the [refund form](https://shop.example.com/refunds), and have the number of the invoice at hand.

`,
  `### What happens when something breaks

When a provider is slow, the answer comes from the next one that will be in time; when none is, the visitor is told so and nothing pretends to be finished. A connection that is lost is picked up where it was cut, so that no word is missing and none comes twice. You will see each of these cases in the trace of the answer, with the time that every hop took and the name of the slowest one. See https://status.example.com/history for the last 90 days.

`,
];

/** A Markdown answer of exactly `count` tokens: pieces of about four characters, as tokenizers make them. */
export function tokensOf(count: number): string[] {
  const tokens: string[] = [];
  for (let at = 0; tokens.length < count; at++) tokens.push(...(SECTIONS[at % SECTIONS.length] ?? '').match(/ ?[A-Za-z0-9]{1,5}|\n+|[^A-Za-z0-9\n]{1,3}/g) ?? []);
  return tokens.slice(0, count);
}
