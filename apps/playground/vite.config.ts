import { defineConfig } from 'vite';

export default defineConfig({
  root: 'web',
  build: { outDir: '../dist/page', emptyOutDir: true, sourcemap: true },
});
