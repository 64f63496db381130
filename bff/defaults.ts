/** What runs without a configuration file: one demo site, real providers when their keys are set, no agents. */
export const embedded = {
  site: {
    id: 'demo',
    key: 'hs_pub_demo',
    origins: ['http://localhost:8789', 'http://127.0.0.1:8789', '$DEMO_ORIGIN', '$DEMO_ORIGIN_LOCALHOST'],
  },
  providers: {
    openai: { kind: 'openai', apiKey: '$OPENAI_API_KEY', baseURL: '$OPENAI_BASE_URL' },
    anthropic: { kind: 'anthropic', apiKey: '$ANTHROPIC_API_KEY' },
    builtin: { kind: 'builtin' },
  },
  models: [
    { id: 'gpt-5-mini', provider: 'openai', model: 'gpt-5-mini', inputPrice: 0.25, outputPrice: 2, quality: 2 },
    { id: 'claude-haiku-4-5', provider: 'anthropic', model: 'claude-haiku-4-5', inputPrice: 1, outputPrice: 5, quality: 3 },
    { id: 'builtin', provider: 'builtin', model: 'builtin', inputPrice: 0, outputPrice: 0, quality: 1 },
  ],
};
