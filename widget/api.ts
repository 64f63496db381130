/**
 * Everything that a page can rely on, with a sentence each: what the README's tables, the custom-elements manifest and
 * the theme builder are made from. Tests compare it with the element, the templates and the style sheets.
 */

/** `values` is what may be written, as Markdown; `type` the property's TypeScript type. An attribute that is only looked at where it matters has no property. */
export type Attribute = { name: string; property: string; type: string; values: string; fallback: string; about: string };
export type Method = { name: string; parameters: { name: string; type: string }[]; returns: string; about: string };
/** `detail` is a TypeScript type; `events.ts` holds the same for compilers. */
export type EventDoc = { name: string; detail: string; about: string };
/** `fallback` is the default as CSS, exactly as the style sheets have it. `kind` chooses the control in the theme builder. */
export type Token = { name: `--hs-${string}`; kind: 'color' | 'length' | 'font' | 'number'; fallback: string; about: string };
export type Part = { name: string; about: string };

export const TAG = 'halfsecond-chat';

export const attributes: Attribute[] = [
  { name: 'site', property: 'site', type: 'string', values: 'text', fallback: '', about: 'the site\'s public key' },
  { name: 'endpoint', property: 'endpoint', type: 'string', values: 'origin', fallback: 'the script\'s own, else the page\'s', about: 'where the server is' },
  { name: 'mode', property: 'mode', type: 'string', values: '`popup`, `inline`, `fullscreen`', fallback: '`popup`', about: 'a button with a panel above it, a part of the page, or the whole window' },
  { name: 'position', property: 'position', type: 'string', values: '`right`, `left`', fallback: '`right`', about: 'the corner of launcher and panel' },
  { name: 'theme', property: 'theme', type: 'string', values: '`auto`, `light`, `dark`', fallback: '`auto`', about: 'colour scheme; `auto` follows the visitor\'s system' },
  { name: 'lang', property: 'language', type: 'string', values: '`en`, `ar`, `de`, `es`, `fr`, `ja`, `pt`, `zh`, or a tag such as `de-AT`', fallback: 'the page\'s, else the browser\'s', about: 'language of the panel; the model answers in the visitor\'s own' },
  { name: 'open', property: 'isOpen', type: 'boolean', values: 'present or not', fallback: '', about: 'the panel is open' },
  { name: 'heading', property: 'heading', type: 'string | null', values: 'text', fallback: '"Ask us anything"', about: 'name in the panel\'s head' },
  { name: 'greeting', property: 'greeting', type: 'string | null', values: 'text', fallback: '"Hi! What would you like to know?"', about: 'the first sentence' },
  { name: 'prompts', property: 'prompts', type: 'string | null', values: 'questions separated by `\\|`, or a JSON array; six at most', fallback: 'none', about: 'suggested questions' },
  { name: 'status-url', property: 'statusUrl', type: 'string | null', values: 'address', fallback: 'none', about: 'the status page: linked in the head, and asked whether answers are slow' },
  { name: 'timing', property: 'timing', type: 'boolean', values: 'present or not', fallback: '', about: 'every answer shows when its first word was on the screen, and on a click where the time went' },
  { name: 'density', property: '', type: 'string', values: '`compact` or nothing', fallback: '', about: 'less space around everything, text of 14 px' },
  { name: 'images', property: '', type: 'string', values: 'origins, separated by spaces', fallback: 'none', about: 'where images of an answer may come from; all others stay links' },
  { name: 'proactive', property: 'proactive', type: 'string | null', values: 'text', fallback: 'none', about: 'a sentence that invites to ask, beside the launcher, until it was put aside' },
  { name: 'proactive-delay', property: 'proactiveDelay', type: 'string | null', values: 'seconds', fallback: '`5`', about: 'when it comes' },
  { name: 'transport', property: 'transport', type: 'string', values: '`sse`, `ws`', fallback: '`sse`', about: 'how answers come: a stream per question, or one WebSocket' },
  { name: 'consent', property: 'consent', type: 'string | null', values: '`granted` or anything else', fallback: 'everything is kept', about: 'present and not `granted`: nothing is kept in the browser' },
];

/** Properties without an attribute. */
export const properties: { name: string; type: string; about: string }[] = [
  { name: 'strings', type: 'Overrides | null', about: 'your own words in place of some of the language\'s' },
];

export const methods: Method[] = [
  { name: 'open', parameters: [], returns: 'void', about: 'opens the panel' },
  { name: 'close', parameters: [], returns: 'void', about: 'closes it and gives the focus back' },
  { name: 'toggle', parameters: [], returns: 'void', about: 'the one or the other' },
  { name: 'send', parameters: [{ name: 'text', type: 'string' }], returns: 'boolean', about: 'opens the panel and asks; false while an answer is running' },
  { name: 'stop', parameters: [], returns: 'void', about: 'ends the running answer' },
  { name: 'reset', parameters: [], returns: 'void', about: 'a new conversation' },
  { name: 'identify', parameters: [{ name: 'jwt', type: 'string' }], returns: 'Promise<void>', about: 'continues as the visitor that your signed token names, in a new conversation' },
];

export const events: EventDoc[] = [
  { name: 'halfsecond:ready', detail: 'Record<string, never>', about: 'the panel is there' },
  { name: 'halfsecond:open', detail: 'Record<string, never>', about: 'it was opened' },
  { name: 'halfsecond:close', detail: 'Record<string, never>', about: 'it was closed' },
  { name: 'halfsecond:message', detail: '{ id: string; role: \'user\' | \'assistant\'; text: string }', about: 'a question was sent, or an answer is finished' },
  { name: 'halfsecond:first-token', detail: '{ traceId: string | null; ms: number }', about: 'from the key press to the first painted word' },
  { name: 'halfsecond:tool', detail: '{ name: string; state: string }', about: 'a tool is `running`, waits for `approval`, is `done`, `failed` or `denied`' },
  { name: 'halfsecond:handoff', detail: '{ reason: string; url?: string | undefined }', about: 'a person should take over' },
  { name: 'halfsecond:feedback', detail: '{ messageId: string; rating: \'up\' | \'down\' }', about: 'the visitor has judged an answer' },
  { name: 'halfsecond:error', detail: '{ code: string }', about: 'an answer failed' },
];

export const tokens: Token[] = [
  { name: '--hs-accent', kind: 'color', fallback: 'light-dark(#2747d4, #4a66ea)', about: 'launcher, send button, avatar' },
  { name: '--hs-on-accent', kind: 'color', fallback: '#fff', about: 'text and icons on the accent' },
  { name: '--hs-accent-text', kind: 'color', fallback: 'light-dark(#2747d4, #9db2ff)', about: 'links and focus rings' },
  { name: '--hs-background', kind: 'color', fallback: 'light-dark(#ffffff, #14161c)', about: 'the panel' },
  { name: '--hs-surface', kind: 'color', fallback: 'light-dark(#f4f5f8, #1d2029)', about: 'quiet areas: code, table heads, notes' },
  { name: '--hs-line', kind: 'color', fallback: 'light-dark(#e6e8ee, #272b35)', about: 'borders' },
  { name: '--hs-text', kind: 'color', fallback: 'light-dark(#171a22, #eceef4)', about: 'what is said' },
  { name: '--hs-muted', kind: 'color', fallback: 'light-dark(#5b6272, #9ba3b4)', about: 'secondary text' },
  { name: '--hs-bubble', kind: 'color', fallback: 'light-dark(#eef1fb, #232a45)', about: 'the visitor\'s messages' },
  { name: '--hs-on-bubble', kind: 'color', fallback: 'var(--_text)', about: 'text on them' },
  { name: '--hs-danger', kind: 'color', fallback: 'light-dark(#b3261e, #ffb4ab)', about: 'errors' },
  { name: '--hs-ok', kind: 'color', fallback: 'light-dark(#12805c, #57d3a4)', about: 'finished steps' },
  { name: '--hs-font', kind: 'font', fallback: 'inherit', about: 'everything but code; the page\'s own font unless set' },
  { name: '--hs-font-mono', kind: 'font', fallback: 'ui-monospace, SFMono-Regular, Menlo, Consolas, \'Liberation Mono\', monospace', about: 'code' },
  { name: '--hs-font-size', kind: 'length', fallback: '15px', about: 'size of text; the input stays at 16 px, or iOS would zoom in' },
  { name: '--hs-radius', kind: 'length', fallback: '18px', about: 'corners of the panel' },
  { name: '--hs-width', kind: 'length', fallback: '404px', about: 'width of the popup' },
  { name: '--hs-height', kind: 'length', fallback: '660px', about: 'height of the popup; an inline panel has 560 px' },
  { name: '--hs-launcher-size', kind: 'length', fallback: '56px', about: 'width and height of the launcher' },
  { name: '--hs-launcher-radius', kind: 'length', fallback: '50%', about: 'its corners' },
  { name: '--hs-offset-x', kind: 'length', fallback: '20px', about: 'distance from the side' },
  { name: '--hs-offset-y', kind: 'length', fallback: '20px', about: 'distance from the bottom' },
  { name: '--hs-z-index', kind: 'number', fallback: '2147483000', about: 'the layer of launcher and panel' },
];

export const parts: Part[] = [
  { name: 'launcher', about: 'the button that opens the chat' },
  { name: 'proactive', about: 'the invitation beside the launcher' },
  { name: 'panel', about: 'everything else' },
  { name: 'header', about: 'the head of the panel' },
  { name: 'avatar', about: 'the sign in the head' },
  { name: 'title', about: 'the heading' },
  { name: 'subtitle', about: 'the line below it' },
  { name: 'reset', about: 'new conversation' },
  { name: 'close', about: 'close' },
  { name: 'notice', about: 'what the status page has to say' },
  { name: 'transcript', about: 'the part that scrolls' },
  { name: 'welcome', about: 'what is there before the first question' },
  { name: 'greeting', about: 'its sentence' },
  { name: 'prompt', about: 'a suggested question' },
  { name: 'message', about: 'a question or an answer' },
  { name: 'message-user', about: 'a question' },
  { name: 'message-assistant', about: 'an answer' },
  { name: 'message-footer', about: 'the line below an answer' },
  { name: 'edit', about: 'change the last question' },
  { name: 'copy', about: 'copy an answer' },
  { name: 'regenerate', about: 'answer again' },
  { name: 'up', about: 'a good answer' },
  { name: 'down', about: 'a bad answer' },
  { name: 'text', about: 'the text of an answer' },
  { name: 'link', about: 'a link in it' },
  { name: 'code', about: 'a block of code' },
  { name: 'table', about: 'a table' },
  { name: 'image', about: 'an image from an origin that the site has named' },
  { name: 'thinking', about: 'what is being done, and for how long' },
  { name: 'tools', about: 'the timeline of tools' },
  { name: 'tool', about: 'one tool' },
  { name: 'approval', about: 'the question whether a tool may run' },
  { name: 'sources', about: 'what an answer rests on' },
  { name: 'source', about: 'one source' },
  { name: 'note', about: 'failed, cut off, stopped' },
  { name: 'retry', about: 'try again' },
  { name: 'handoff', about: 'the offer of a person' },
  { name: 'edit-form', about: 'where the last question is changed' },
  { name: 'feedback', about: 'the form for what was wrong' },
  { name: 'badge', about: 'the label of a built-in answer' },
  { name: 'timing', about: 'when the first word was there' },
  { name: 'trail', about: 'where the time of an answer went' },
  { name: 'jump', about: 'to the newest message' },
  { name: 'composer', about: 'where the visitor types' },
  { name: 'input', about: 'the text field' },
  { name: 'send', about: 'send' },
  { name: 'stop', about: 'stop' },
];
