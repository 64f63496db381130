import { defineConfig } from 'astro/config';

/** Static pages only: the collector fills in what is live, so a rebuild is never in its way. */
export default defineConfig({
  output: 'static',
  compressHTML: true,
  markdown: { syntaxHighlight: false },
  devToolbar: { enabled: false },
  build: { inlineStylesheets: 'always' },
  // The script stands in the page: times are in the reader's zone before the first paint, so nothing moves.
  vite: { build: { assetsInlineLimit: 16_384 } },
  security: {
    csp: {
      directives: [
        "default-src 'none'", "img-src 'self' data:", "connect-src 'self'", "base-uri 'none'", "form-action 'self'",
      ],
    },
  },
});
