/** What is said in the preview: one long answer with everything an answer can have, and short ones for whatever else is asked. */

export type Step = number | ({ type: string } & Record<string, unknown>);

type Sample = { question: string; text: string; sources: string[]; short: string };

const english: Sample = {
  question: 'How do I add the chat to my site?',
  text: `Put **one script tag** on your page and name your site's key:

\`\`\`html
<script src="https://chat.example.com/halfsecond.js"
        data-site="hs_pub_demo" async></script>
\`\`\`

It is light, and it says how fast it was:

| What | Goal |
|:-----|-----:|
| First word | 500 ms |
| Short reply | 3 s |

- [x] Light and dark
- [ ] Your own colours: [the theming guide](https://example.com/theming) lists every token
`,
  sources: ['Getting started', 'Theming'],
  short: 'This is a preview: the words are canned, the widget is **real**. Change a colour and watch.',
};

const arabic: Sample = {
  question: 'كيف أضيف المحادثة إلى موقعي؟',
  text: `ضع **وسم نص برمجي واحدًا** في صفحتك مع مفتاح موقعك:

\`\`\`html
<script src="https://chat.example.com/halfsecond.js"
        data-site="hs_pub_demo" async></script>
\`\`\`

المكوّن خفيف، ويبيّن مدى سرعته:

| البند | الهدف |
|:-----|-----:|
| أول كلمة | 500 ms |
| رد قصير | 3 s |

- [x] فاتح وداكن
- [ ] ألوانك الخاصة: [دليل المظهر](https://example.com/theming)
`,
  sources: ['البداية', 'المظهر'],
  short: 'هذه معاينة: الكلمات معدّة سلفًا، أما المكوّن **فحقيقي**.',
};

export function sampleIn(language: string): Sample {
  return language === 'ar' ? arabic : english;
}

/** The events of an answer; numbers are milliseconds to wait. */
export function answerTo(question: string, language: string): Step[] {
  const sample = sampleIn(language);
  const accepted: Step = { type: 'data-status', transient: true, data: { state: 'accepted', text: '…', since: Date.now() } };
  if (question !== sample.question) return [accepted, 250, ...said(sample.short, 24), { type: 'finish' }];
  const tool = (id: string, name: string, ms: number): Step[] => [
    { type: 'tool-input-start', toolCallId: id, toolName: name }, { type: 'tool-input-available', toolCallId: id, toolName: name, input: {} }, ms, { type: 'tool-output-available', toolCallId: id, output: {} },
  ];
  return [
    accepted, { type: 'start-step' }, ...tool('t1', 'search_docs', 60), ...tool('t2', 'check_status', 110), { type: 'finish-step' }, { type: 'start-step' }, ...said(sample.text, 0),
    ...sample.sources.map((title, at): Step => ({ type: 'source-url', sourceId: `s${at}`, url: `https://example.com/docs#${at}`, title })), { type: 'finish' },
  ];
}

function said(text: string, pause: number): Step[] {
  const pieces = text.match(/[^]{1,9}/g) ?? [];
  return [{ type: 'text-start', id: '1' }, ...pieces.flatMap((delta): Step[] => [{ type: 'text-delta', id: '1', delta }, ...(pause > 0 ? [pause] : [])]), { type: 'text-end', id: '1' }];
}
