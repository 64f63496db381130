/** Builds the theme builder into `theme/`: two static pages with everything they need beside them. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';

const builder = fileURLToPath(new URL('../builder', import.meta.url));

/** Writes `OUT_DIR/theme/index.html` and what belongs to it; addresses are relative, so any folder of any host will do. */
export async function buildThemePage(outDir: string, plugins: Plugin[]): Promise<void> {
  await build({
    configFile: false, root: builder, base: './', logLevel: 'warn', plugins,
    build: {
      outDir: join(outDir, 'theme'), emptyOutDir: true, target: 'es2022', modulePreload: false, reportCompressedSize: false, assetsInlineLimit: 0,
      rolldownOptions: { input: { index: join(builder, 'index.html'), preview: join(builder, 'preview.html') } },
    },
  });
}
