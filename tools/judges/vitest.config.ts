import { defineConfig } from 'vitest/config';

/** Judges that are fetched from registries: `npx vitest run --config=tools/judges/vitest.config.ts`. */
export default defineConfig({
  test: {
    include: ['tools/judges/**/*.judge.ts'],
    testTimeout: 15 * 60_000,
    hookTimeout: 15 * 60_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
