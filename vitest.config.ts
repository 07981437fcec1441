import { defineConfig } from 'vitest/config'

const conditions = ['@redstart/source']

/** Tests and editors read the packages' sources through the private condition; nothing has to be built first. */
export default defineConfig({
  resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] } },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['packages/*/test/**/*.test.ts'], exclude: ['**/*.redis.test.ts', '**/node_modules/**'] },
      },
      {
        extends: true,
        test: { name: 'redis', include: ['packages/*/test/**/*.redis.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
})
