/** Suggested questions from an attribute. */

/** Reads a JSON array of strings, or questions separated by `|`. At most six. */
export function readPrompts(attribute: string | null): string[] {
  if (attribute === null) return [];
  let list: unknown = null;
  if (attribute.trimStart().startsWith('[')) {
    try {
      list = JSON.parse(attribute);
    } catch (error) {
      console.warn('Halfsecond: the attribute prompts is no JSON array.', error);
    }
  }
  const texts = Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : attribute.split('|');
  return texts.map((text) => text.trim()).filter((text) => text !== '').slice(0, 6);
}
