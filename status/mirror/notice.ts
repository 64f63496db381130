/** The sentence that a mirrored page carries once its numbers are old. */
import { file, type File } from '../collector/publish.ts';
import { span } from '../collector/html.ts';

/** The page with its age at the beginning of its main part, for readers without the script. @param seconds since the numbers were taken */
export function withAge(page: File, seconds: number): File {
  const text = Buffer.from(page.content).toString('utf8');
  return file(page.path, text.replace(/<main\b[^>]*>/, (main) => `${main}<noscript><p class="age"><strong>Numbers are ${span(seconds * 1_000)} old.</strong></p></noscript>`));
}
