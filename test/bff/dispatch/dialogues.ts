/**
 * Conversations as visitors hold them with the demo's agents: each message and who should answer it. `null`: nobody;
 * a list: one of these, or the question which of them is meant.
 */
type Expected = string | null | (string | null)[];
export const dialogues: [text: string, agent: Expected][][] = [
  [['How much does it cost?', 'billing'], ['and for annual plans?', 'billing'], ['is that per seat?', 'billing'], ['thanks!', 'billing']],
  [['How do I install it?', 'integration'], ['how much is that?', 'billing'], ['and per month?', 'billing'], ['ok, and in React?', 'integration']],
  [['Is the service up?', 'status'], ['and yesterday?', 'status'], ['why?', 'status'], ['how is that measured?', 'status']],
  [['What is Halfsecond?', 'product'], ['how fast is it?', 'product'], ['tell me more', 'product'], ['which languages?', 'product'], ['and german?', 'product']],
  [['How can I change the colours of the widget?', 'integration'], ['and the position?', 'integration'], ['does it work with dark mode?', 'integration'], ['what does it cost?', 'billing']],
  [['Where is my invoice?', 'billing'], ['who won the football world cup in 1998?', null], ['why?', null], ['ok, where is my invoice then?', 'billing']],
  [['Which licence does it have?', 'billing'], ['may I use it at work?', ['billing', 'product', 'integration', null]], ['and commercially?', 'billing']],
  [['Are there any known incidents?', 'status'], ['any in october?', 'status'], ['how long did it last?', 'status'], ['how do I get notified?', ['status']]],
  [['Where do I put the script tag?', 'integration'], ['in the head?', 'integration'], ['or at the end of the body?', 'integration'], ['it does not show up', 'integration']],
  [['Does it remember what I said before?', 'product'], ['for how long?', 'product'], ['where is that stored?', 'product'], ['is that GDPR compliant?', 'product']],
  [['What do I pay per message?', 'billing'], ['with claude?', ['billing', 'product']], ['can I limit that per day?', 'billing']],
  [['Was kostet Halfsecond?', 'billing'], ['und pro Jahr?', 'billing'], ['und für Schulen?', 'billing'], ['Wie baue ich den Chat in meine Webseite ein?', 'integration'], ['und in WordPress?', 'integration']],
  [['Combien ça coûte ?', 'billing'], ['et par an ?', 'billing'], ['pourquoi ?', 'billing']],
  [['¿Cuánto cuesta?', 'billing'], ['¿y por año?', 'billing'], ['¿Cómo instalo el chat en mi web?', 'integration']],
  [['Quanto custa?', 'billing'], ['e por ano?', 'billing']],
  [['料金はいくらですか', 'billing'], ['でも年間では？', 'billing'], ['なぜ？', 'billing']],
  [['多少钱', 'billing'], ['那一年呢？', 'billing'], ['为什么？', 'billing']],
  [['كم السعر؟', 'billing'], ['وفي السنة؟', 'billing']],
  [['How do I connect an MCP server?', 'integration'], ['with a timeout?', 'integration'], ['is it down at the moment?', 'status'], ['since when?', 'status']],
  [['What are the five layers?', 'product'], ['what does the second one do?', 'product'], ['and the third?', 'product'], ['is one of them down right now?', 'status']],
  [['Can I use a local model?', ['integration', 'product']], ['which one?', ['integration', 'product']], ['is that cheaper?', ['billing', 'integration', 'product']]],
  [['How do I cancel my subscription?', 'billing'], ['what happens to my data then?', ['product', 'billing']], ['can I get a refund?', 'billing']],
  [['I get an origin not allowed error', 'integration'], ['on localhost too', 'integration'], ['where is that setting?', 'integration'], ['👍', 'integration']],
  [['how do I cook risotto', null], ['and with mushrooms?', null], ['why?', null], ['What is Halfsecond?', 'product']],
  [['wher is my invioce', 'billing'], ['for novembr?', 'billing'], ['how do i instal it', 'integration']],
  [['Is it free?', 'billing'], ['wirklich?', 'billing'], ['Ist das Open Source?', 'billing']],
];

/** Written after the rules and never looked at while they were made. */
export const held: [text: string, agent: Expected][][] = [
  [['What are the costs of a model call?', 'billing'], ['and with a local one?', ['billing', 'integration']], ['what is the limit?', 'billing'], ['great thank you', 'billing']],
  [['Is OpenAI working at the moment?', 'status'], ['what about Anthropic?', 'status'], ['since when?', 'status'], ['can I see that on a page?', 'status']],
  [['How do I configure an agent?', 'integration'], ['and its tools?', 'integration'], ['can it call my own API?', 'integration'], ['example please', 'integration']],
  [['Who is this made for?', 'product'], ['also for small shops?', 'product'], ['is that free for them?', 'billing']],
  [['Gibt es gerade eine Störung?', 'status'], ['und gestern?', 'status'], ['was kostet es?', 'billing'], ['und wenn wir 100 Leute sind?', 'billing']],
  [['Can I use it commercially?', 'billing'], ['even in a closed product?', 'billing'], ['what does MIT mean?', ['billing']]],
  [['Why is the chat so slow today?', 'status'], ['when will it be fixed?', 'status'], ['ok', 'status']],
  [['Does it support dark mode?', 'integration'], ['only at night?', 'integration'], ['how do I cook spaghetti carbonara?', null], ['and with cream?', null]],
  [['Which languages does the chat speak?', 'product'], ['arabic too?', 'product'], ['from right to left?', 'product']],
  [['Comment installer le widget sur mon site ?', 'integration'], ['et avec WordPress ?', 'integration'], ['combien ça coûte ?', 'billing']],
  [['How is uptime measured?', 'status'], ['over which period?', 'status'], ['and the p95?', 'status']],
  [['I would like a refund', 'billing'], ['how long does that take?', 'billing'], ['my order was in march', 'billing']],
  [['Who builds this?', 'product'], ['where are they?', 'product'], ['is it open source?', ['billing', 'product']]],
  [['how do i ad my own documants', 'integration'], ['pdf too?', 'integration'], ['how many?', 'integration']],
  [['What happens when a model provider fails?', 'product'], ['does that cost more?', ['billing', 'product']], ['is one down now?', 'status']],
];
