/** What a build leaves out of others' code, so that every visitor downloads less and a host page finds nothing of it. */
import type { Plugin } from 'vite';

/** Exact text of lit-html's production file and what stands there instead. */
const litHtml: [string, string][] = [
  // A page may forbid new policies; then the templates go through the browser's own sanitizer, which needs none.
  ['e=s?s.createPolicy("lit-html",{createHTML:t=>t}):void 0', 'e=(()=>{try{return s?.createPolicy("lit-html",{createHTML:t=>t})}catch{}})()'],
  ['return s.innerHTML=t,s}', 'return e||!globalThis.trustedTypes||!s.setHTML?s.innerHTML=t:s.setHTML(t,{sanitizer:{removeElements:[],comments:!0}}),s}'],
  // Its version as a global, and the hook of a polyfill.
  [',B=t.litHtmlPolyfillSupport;B?.(S,k),(t.litHtmlVersions??=[]).push("3.3.3");', ';'],
];

/** Vite's helper loads a lazy file's style sheets and dependencies ahead; ours have none, and `import()` needs no help. */
const PRELOAD = '\0vite/preload-helper.js';

/** Throws when a dependency is no longer what was replaced: a new version of it needs another look. */
export function lean(): Plugin {
  return {
    name: 'halfsecond-lean',
    enforce: 'pre',
    load: (id) => (id === PRELOAD ? 'export const __vitePreload = (load) => load();' : null),
    transform(code, id) {
      if (!id.endsWith('/lit-html/lit-html.js')) return null;
      return { map: null, code: litHtml.reduce((text, [from, to]) => {
        if (!text.includes(from)) throw new Error(`lit-html has changed: ${from} is not in it any more`);
        return text.replace(from, () => to);
      }, code) };
    },
  };
}
