/** The tool `docs.search`: passages of the site's own documents for a query of the model's. */
import { MESSAGE_MAX } from '@halfsecond/shared/limits';
import type { Recall } from '../../layers.ts';
import type { Source } from '../source.ts';

export type DocsHit = { id: string; title: string; url: string | null; text: string };

const HITS = 5;
const TOKENS = 900;
/** A query may be a whole message, but only its start is searched for (characters). */
const QUERY_READ = 1_000;

/** `recall` is the memory layer, or anything of its type. Only site knowledge is searched, never a visitor's turns. */
export function createDocsSource(recall: Recall): Source {
  return {
    definitions: [{
      name: 'docs.search',
      title: 'Search the documentation',
      description: 'Searches the documentation of this site and returns the passages that fit best, with title and address. Use it when the context at hand does not answer the question.',
      inputSchema: {
        type: 'object',
        properties: { query: { type: 'string', minLength: 1, maxLength: MESSAGE_MAX, description: 'What to look for, in a few words' } },
        required: ['query'],
        additionalProperties: false,
      },
      triggers: ['search the docs', 'in the docs', 'documentation', 'look it up', 'look up', 'dokumentation', 'in der doku', 'nachschlagen', 'nachsehen'],
    }],
    async call(_name, input, context, signal): Promise<{ output: DocsHit[] }> {
      const query = String(input['query']).slice(0, QUERY_READ);
      const { snippets } = await recall({ site: context.site, visitor: null, query, scope: 'knowledge', k: HITS, tokenBudget: TOKENS }, signal);
      return { output: snippets.flatMap(({ id, text, source }) => {
        if (source.kind !== 'knowledge') return [];
        const title = source.heading === null || source.heading === source.title ? source.title : `${source.title}: ${source.heading}`;
        return [{ id, title, url: source.url, text }];
      }) };
    },
  };
}
