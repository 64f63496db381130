/** Whether a call's arguments fit its tool's JSON schema, and if not, a sentence that helps to correct them. */
import * as z from 'zod';

/** Null when the input fits, else what is wrong with it. */
export type Check = (input: unknown) => string | null;

const MOST_FAULTS = 5;

/**
 * A checker for a JSON schema. Throws on a schema that zod cannot read (conditional schemas, `not`): a tool whose
 * arguments cannot be checked is not offered.
 */
export function compileCheck(schema: Record<string, unknown>): Check {
  const compiled = z.fromJSONSchema(schema);
  return (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return 'the arguments must be an object';
    const parsed = compiled.safeParse(input);
    if (parsed.success) return null;
    return parsed.error.issues
      .slice(0, MOST_FAULTS)
      .map((issue) => `${issue.path.map(String).join('.').slice(0, 100) || 'the arguments'}: ${issue.message.slice(0, 200)}`)
      .join('; ');
  };
}
