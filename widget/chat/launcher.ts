/** The button that opens the chat: plain DOM, shared by the loader (before the panel exists) and the panel. */

/** Its style sheet; the tokens repeat those of the theme because the loader comes alone. */
export const launcherCss = `
:host{all:initial;font-family:inherit;display:block;color-scheme:light dark}
:host(:not([mode=inline])){all:initial!important;font-family:inherit!important;display:block!important;color-scheme:light dark!important}
:host([theme=light]){color-scheme:light!important}
:host([theme=dark]){color-scheme:dark!important}
:host([hidden]){display:none!important}
.launcher{all:initial;color-scheme:inherit;box-sizing:border-box;position:fixed;z-index:var(--hs-z-index,2147483000);right:max(var(--hs-offset-x,20px),env(safe-area-inset-right));bottom:max(var(--hs-offset-y,20px),env(safe-area-inset-bottom));width:var(--hs-launcher-size,56px);height:var(--hs-launcher-size,56px);display:grid;place-items:center;border-radius:var(--hs-launcher-radius,50%);cursor:pointer;color:var(--hs-on-accent,#fff);background:var(--hs-accent,light-dark(#2747d4,#4a66ea));box-shadow:0 1px 2px #0b102033,0 8px 24px -6px #0b102059;transition:transform .18s cubic-bezier(.2,.8,.2,1),opacity .18s;-webkit-tap-highlight-color:transparent}
:host([position=left]) .launcher{right:auto;left:max(var(--hs-offset-x,20px),env(safe-area-inset-left))}
.launcher:hover{transform:translateY(-2px)}
.launcher:active{transform:scale(.96)}
.launcher:focus-visible{outline:2px solid var(--hs-accent,light-dark(#2747d4,#9db2ff));outline-offset:3px}
.launcher svg{grid-area:1/1;width:26px;height:26px;display:block;transition:opacity .16s,transform .22s cubic-bezier(.2,.8,.2,1)}
.launcher[aria-expanded=true] svg:first-child,.launcher[aria-expanded=false] svg:last-child{opacity:0;transform:rotate(-40deg) scale(.6)}
.launcher[aria-busy=true] svg{animation:hs-busy 1s ease-in-out infinite alternate}
:host(:is([mode=inline],[mode=fullscreen])) .launcher{display:none}
@keyframes hs-busy{to{opacity:.45}}
@media (prefers-reduced-motion:reduce){.launcher,.launcher svg{transition:none}.launcher[aria-busy=true] svg{animation:none}}
@media print{.launcher{display:none}}
`;

const NAMESPACE = 'http://www.w3.org/2000/svg';
const BUBBLE = 'M12 3.5c-5 0-8.75 3.3-8.75 7.6 0 2.3 1.05 4.3 2.85 5.7l-.55 3.1c-.08.45.4.8.8.58l3.2-1.75c.78.16 1.6.24 2.45.24 5 0 8.75-3.4 8.75-7.87S17 3.5 12 3.5Z';

/** Puts a launcher with its style sheet into `root`. */
export function createLauncher(root: ShadowRoot): HTMLButtonElement {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(launcherCss);
  root.adoptedStyleSheets.unshift(sheet);
  const button = document.createElement('button');
  button.className = 'launcher';
  button.type = 'button';
  button.setAttribute('part', 'launcher');
  button.setAttribute('aria-haspopup', 'dialog');
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-label', 'Open chat');
  button.append(icon({ d: BUBBLE, fill: 'currentColor' }), icon({ d: 'm6 9.5 6 6 6-6', fill: 'none', stroke: 'currentColor', 'stroke-width': '2.2', 'stroke-linecap': 'round', 'stroke-linejoin': 'round' }));
  root.prepend(button);
  return button;
}

function icon(shape: Record<string, string>): SVGElement {
  const drawing = document.createElementNS(NAMESPACE, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(NAMESPACE, 'path');
  for (const [name, value] of Object.entries(shape)) path.setAttribute(name, value);
  drawing.append(path);
  return drawing;
}
