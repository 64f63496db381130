/** `halfsecond export USER`: everything that is kept of a visitor, as JSON on stdout. */
import { askAboutVisitor } from './visitor.ts';

const HELP = `halfsecond export USER [--site ID]

Prints what is kept of a visitor as JSON: remembered turns, facts read out of them, conversations, feedback.
USER is the visitor id of the session (anon:… or user:SUBJECT). The bff must be running.`;

export const run = (args: string[]): Promise<number> => askAboutVisitor('GET', args, HELP);
