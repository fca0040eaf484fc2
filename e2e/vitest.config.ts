import { defineConfig } from 'vitest/config';

/** The walk in a real browser against a whole installation; screenshots go to `artefacts/` (ignored by git). */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
