/** What runs in the bench's page, as text: every subject is a function `ask(question)` that resolves when the answer is on the screen. */
import type { Subject } from './server.ts';

/** Ours, through its public door. */
const WIDGET = `
  window.Halfsecond = window.Halfsecond || [];
  const script = document.createElement('script');
  const ready = new Promise((done) => window.Halfsecond.push((chat) => done(chat)));
  window.ask = async (question) => {
    const chat = await ready;
    const ended = new Promise((done) => chat.addEventListener('halfsecond:message', ({ detail }) => detail.role === 'assistant' && done()));
    chat.send(question);
    await ended;
  };
  window.prepared = ready.then((chat) => { chat.open(); return new Promise((done) => setTimeout(done, 600)); });
`;

/** Reads the product's stream in as few lines as it can be done, and hands the text to `show`; a box as big as our panel follows the end. */
const READER = `
  const box = document.createElement('div');
  box.style.cssText = 'position:fixed;right:20px;bottom:90px;width:400px;height:620px;overflow-y:auto;font:15px/1.55 system-ui';
  document.body.append(box);
  window.prepared = new Promise((done) => setTimeout(done, 600));
  window.ask = async (question) => {
    const { add, end } = await createSubject(box);
    const response = await fetch('/api/chat', { method: 'POST', body: JSON.stringify({ question }) });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const events = (rest + decoder.decode(value, { stream: true })).split('\\n\\n');
      rest = events.pop();
      for (const event of events) {
        const data = event.slice(event.indexOf('data: ') + 6);
        if (data === '[DONE]') continue;
        const body = JSON.parse(data);
        if (body.type === 'text-delta') add(body.delta);
      }
    }
    await end();
  };
  const perFrame = (show) => {
    let pending = '';
    let frame = 0;
    const flush = () => { frame = 0; show(pending); pending = ''; box.scrollTop = box.scrollHeight; };
    return { add: (text) => { pending += text; frame ||= requestAnimationFrame(flush); }, end: () => { if (pending !== '') { cancelAnimationFrame(frame); flush(); } } };
  };
`;

export const scripts: Record<Subject, string> = {
  widget: WIDGET,
  sink: `${READER} const createSubject = () => { let text = ''; return { add: (more) => { text += more; }, end: () => { window.sunk = text.length; } }; };`,
  plain: `${READER} const createSubject = (box) => { const div = document.createElement('div'); div.style.whiteSpace = 'pre-wrap'; box.append(div); return perFrame((text) => div.append(text)); };`,
  smd: `${READER} const createSubject = async (box) => {
    const smd = await import('/smd.js');
    const parser = smd.parser(smd.default_renderer(box));
    const { add, end } = perFrame((text) => smd.parser_write(parser, text));
    return { add, end: () => { end(); smd.parser_end(parser); } };
  };`,
};
