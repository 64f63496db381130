/** `halfsecond forget USER`: erases everything that is kept of a visitor, by the running bff. */
import { askAboutVisitor } from './visitor.ts';

const HELP = `halfsecond forget USER [--site ID]

Erases a visitor's memory, conversations, running answers and traces, looks for the bytes that should be gone, and prints the receipt.
USER is the visitor id of the session (anon:… or user:SUBJECT). The bff must be running.`;

export const run = (args: string[]): Promise<number> => askAboutVisitor('DELETE', args, HELP);
