/** What the fake bff streams for which question. */

/** An event to send, or milliseconds to wait. */
export type Step = number | Record<string, unknown>;
export type Script = {
  steps: Step[];
  /** Drops the connection after so many events; the turn goes on. */
  cutAfter?: number;
  /** Says so many events, and the rest when somebody comes back for it. */
  holdAfter?: number;
  /** Knows nothing of the stream afterwards, only of the stored chat. */
  forgets?: boolean;
  /** Turned away on every other try. */
  refuse?: { status: number; code: string; retryAfter?: number };
  /** Answers with a web page. */
  html?: boolean;
};

export const traceId = '0af7651916cd43dd8448eb211c80319c';

export const finish = {
  type: 'finish',
  messageMetadata: {
    traceId, model: 'builtin', provider: 'builtin', fallback: false, usage: { inputTokens: 10, outputTokens: 20 }, cost: 0,
    timing: { queue: 0, dispatch: 1, memory: 3, route: 0, provider: 20, tools: 0, gateway: 1, firstToken: 20, total: 40 },
  },
};

export const status = (state: string, text: string, extra: Record<string, unknown> = {}): Step => ({ type: 'data-status', transient: true, data: { state, text, since: Date.now(), ...extra } });

/** The text in small pieces, `pause` ms apart. */
export function said(text: string, pause = 0): Step[] {
  const pieces = text.match(/[^]{1,7}/g) ?? [];
  return [{ type: 'text-start', id: '1' }, ...pieces.flatMap((delta): Step[] => (pause > 0 ? [{ type: 'text-delta', id: '1', delta }, pause] : [{ type: 'text-delta', id: '1', delta }])), { type: 'text-end', id: '1' }];
}

export const rich = `**Halfsecond** is a support chat that you host yourself. It starts answering in half a second and shows on a [status page](https://status.example.com/) how fast it was.

### How to add it

1. Run the server with \`npm start\`
2. Put one line on your page:

\`\`\`html
<script src="https://chat.example.com/halfsecond.js"
        data-site="hs_pub_demo" async></script>
\`\`\`

| Mark | Budget | State |
|:-----|------:|:------|
| First word | 500 ms | on time |
| Short reply | 3 s | on time |

- [x] Light and dark
- [ ] Your colours

> Nothing else is needed.
`;

const source = (id: string, title: string): Step => ({ type: 'source-url', sourceId: id, url: `/docs/README.md#${id}`, title });

/** An answer with a bit of everything, as it was recorded; `recorded cut 7` and `recorded hold 7` break it behind the seventh event. */
export const recorded: Step[] = [
  status('accepted', 'Got it'), { type: 'data-agent', data: { name: 'orders', title: 'Orders', confidence: 0.9 } }, { type: 'start-step' },
  status('calling-tool', 'Looking it up', { tool: 'orders.find' }), { type: 'tool-input-start', toolCallId: 'c1', toolName: 'orders.find' },
  { type: 'tool-input-available', toolCallId: 'c1', toolName: 'orders.find', input: { id: 7 } }, { type: 'tool-output-available', toolCallId: 'c1', output: { message: 'page 2' }, preliminary: true },
  { type: 'tool-output-available', toolCallId: 'c1', output: { state: 'sent' } }, { type: 'finish-step' },
  { type: 'start-step' }, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: 'This will be taken ' }, { type: 'text-delta', id: '1', delta: 'back' },
  { type: 'reset-step' }, { type: 'text-start', id: '1' }, { type: 'text-delta', id: '1', delta: 'Your **order** ' }, { type: 'text-delta', id: '1', delta: '7 is on its way 🚚, ' },
  { type: 'text-delta', id: '1', delta: 'and `arrives` tomorrow.' }, { type: 'text-end', id: '1' }, { type: 'finish-step' },
  { type: 'source-url', sourceId: 'a', url: 'https://docs.example/a', title: 'Shipping' }, { type: 'source-document', sourceId: 'b', mediaType: 'text/plain', title: 'Terms' }, finish,
];
/** With the `start` that opens every stream. */
export const RECORDED_EVENTS = recorded.length + 1;

/** An answer of so many thousand characters in large pieces: all kinds of blocks, then one paragraph without an end. */
function kilobytes(size: number): string[] {
  const whole = rich.repeat(Math.ceil(700 * size / rich.length)) + 'words and *words* and `words` '.repeat(10 * size);
  return `${whole}\n\nThe very end.`.match(/[^]{1,20000}/g) ?? [];
}

/** What a status page says in Statuspage's words, by its state. */
export const summaries: Record<string, unknown> = {
  fine: { status: { indicator: 'none', description: 'All Systems Operational' }, components: [{ name: 'gateway', status: 'operational' }], incidents: [] },
  slow: { status: { indicator: 'minor', description: 'Partially Degraded Service' }, components: [{ name: 'openai', status: 'degraded_performance' }], incidents: [] },
  incident: { status: { indicator: 'major' }, components: [], incidents: [{ id: 'i1', name: 'Answers are slow in Europe', status: 'identified', impact: 'major', shortlink: 'https://status.example/incidents/i1' }] },
};

/** The script for a question; everything that no case knows gets a short friendly answer. */
export function scripts(question: string): Script {
  const accepted = status('accepted', 'Got it');
  const name = question.toLowerCase();
  const broken = /recorded (cut|hold) (\d+)/.exec(name);
  if (broken) return { steps: recorded, [broken[1] === 'cut' ? 'cutAfter' : 'holdAfter']: Number(broken[2]) };
  if (name.startsWith('approve')) {
    const ask = (id: string, order: number): Step[] => [
      { type: 'tool-input-start', toolCallId: id, toolName: 'orders.cancel_order', title: 'Cancel an order' },
      { type: 'tool-input-available', toolCallId: id, toolName: 'orders.cancel_order', input: { order_number: order, reason: 'Ordered twice', refund: { to: 'card', amount: '49.00 EUR' } } },
      { type: 'tool-approval-request', toolCallId: id, approvalId: `approval-${id}` },
    ];
    return { steps: [accepted, { type: 'start-step' }, ...said('I can do that for you.'), ...ask('c1', 10_482), ...(name.includes('both') ? ask('c2', 10_483) : []), { type: 'finish-step' }, finish] };
  }
  if (name.startsWith('decided')) {
    return { steps: [accepted, { type: 'start-step' }, ...(name.includes('true')
      ? [status('calling-tool', 'Cancelling the order'), 60, { type: 'tool-output-available', toolCallId: 'c1', output: {} }, ...said('The order is cancelled.')]
      : [{ type: 'tool-output-denied', toolCallId: 'c1' }, ...said('Then I leave it as it is.')]), finish] };
  }
  if (name.includes('clarify')) return { steps: [accepted, ...said('Which of your two orders do you mean?'), { type: 'data-prompts', transient: true, data: { prompts: ['The one from Monday', 'The one from Friday'] } }, finish] };
  if (name.includes('hostile')) return { steps: [accepted, ...said(question.slice(question.indexOf('\n') + 1)), finish] };
  if (name.endsWith('kilobytes')) return { steps: [accepted, { type: 'text-start', id: '1' }, ...kilobytes(Number.parseInt(name, 10)).map((delta) => ({ type: 'text-delta', id: '1', delta })), { type: 'text-end', id: '1' }, finish] };
  if (name.includes('rich')) return { steps: [accepted, status('recalling', 'Searching the docs'), ...said(rich), source('a', 'README: Getting started'), source('b', 'Widget: Script tag'), finish] };
  if (name.includes('slow')) return { steps: [accepted, status('recalling', 'Searching the docs'), 400, ...said(rich, 25), finish] };
  if (name.includes('brisk')) return { steps: [accepted, ...said(rich, 12), finish] };
  if (name.includes('tool')) {
    return { steps: [
      accepted, { type: 'start-step' }, status('calling-tool', 'Checking the service', { tool: 'service_health' }),
      { type: 'tool-input-start', toolCallId: 'c1', toolName: 'service_health' }, { type: 'tool-input-available', toolCallId: 'c1', toolName: 'service_health', input: {} },
      { type: 'tool-input-start', toolCallId: 'c2', toolName: 'docs.search_pages' }, 40,
      { type: 'tool-output-available', toolCallId: 'c2', output: {} }, name.includes('long') ? 4_000 : 60,
      { type: 'tool-output-available', toolCallId: 'c1', output: { state: 'ok' } }, { type: 'finish-step' }, { type: 'start-step' },
      ...said('The service is **healthy**: all systems are operational.'), finish,
    ] };
  }
  if (name.includes('handoff')) return { steps: [accepted, ...said('I could not find that in the documents.'), { type: 'data-handoff', data: { reason: 'This needs somebody who can look at your account.', url: 'https://example.com/contact' } }, finish] };
  if (name.includes('truncated')) return { steps: [accepted, ...said('This answer stops in the mid').slice(0, -1)] };
  if (name.includes('error')) return { steps: [accepted, ...said('Half of it').slice(0, -1), { type: 'error', errorText: 'unavailable' }] };
  if (name.includes('lost')) return { steps: [accepted, ...said('One two three four five six seven eight nine ten.'), finish], cutAfter: name.includes('at once') ? 0 : 5, forgets: true };
  if (name.includes('cut')) return { steps: [accepted, ...said('One two three four five six seven eight nine ten.', 20), finish], cutAfter: 5 };
  if (name.includes('refused')) return { steps: [accepted, ...said('Now it works.'), finish], refuse: { status: 429, code: 'too_many_requests', retryAfter: 7 } };
  if (name.includes('page')) return { steps: [], html: true };
  if (name.includes('expired')) return { steps: [accepted, ...said('Welcome back.'), finish], refuse: { status: 401, code: 'token_invalid' } };
  if (name.includes('mess')) {
    return { steps: [{ type: 'text-delta', id: '1', delta: 'Before its start, ' }, { type: 'text-start', id: '1' }, { type: 'start', messageId: '' }, { type: 'data-unknown', data: null }, { type: 42 }, { type: 'text-delta', id: '1', delta: 'and after.' }, finish, { type: 'text-delta', id: '1', delta: ' TOO LATE' }] };
  }
  if (name.includes('silence')) return { steps: [accepted, status('thinking', 'Thinking it over'), 5_000, ...said('Done.'), finish] };
  return { steps: [accepted, status('thinking', 'Thinking'), 30, ...said('Hello! Glad you are here.'), source('a', 'README: Getting started'), finish] };
}
