/** Colours code once its fence has closed. The colouring itself is a chunk of its own, fetched when the first such fence closes. */

/** Names that models write for the languages that the chunk knows. */
const LANGUAGES: Record<string, string> = {
  bash: 'bash', sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', c: 'c', cpp: 'c', 'c++': 'c', h: 'c', css: 'css', scss: 'css', diff: 'diff', patch: 'diff',
  dockerfile: 'docker', docker: 'docker', go: 'go', golang: 'go', html: 'html', vue: 'html', svelte: 'html', http: 'http', ini: 'ini', env: 'ini', properties: 'ini', java: 'java', kotlin: 'java', 'c#': 'java', cs: 'java',
  csharp: 'java', js: 'js', javascript: 'js', mjs: 'js', jsx: 'js', json: 'json', jsonc: 'json', python: 'py', py: 'py', rust: 'rs', rs: 'rs', sql: 'sql', toml: 'toml', ts: 'ts', typescript: 'ts', tsx: 'ts', xml: 'xml', svg: 'xml',
  yaml: 'yaml', yml: 'yaml',
};
/** Longer code stays in one colour (characters). */
const LENGTH_MAX = 30_000;

/** Colours `code`, whose text is final, when `language` is a known one; returns at once. Without the chunk it simply stays as it is. */
export function highlight(code: Element, language: string): void {
  const grammar = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
  if (grammar === undefined || (code.textContent?.length ?? 0) > LENGTH_MAX) return;
  import('./colour.ts').then(({ colour }) => colour(code, grammar), (error: unknown) => console.debug('Halfsecond: code stays in one colour.', error));
}
