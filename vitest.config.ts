import { defineConfig } from 'vitest/config'

/** Tests of other people's clients install these from their registries: in CI, and by name: `npm run clients`. */
const testsClients =
  process.env['CI'] === 'true' || process.argv.some((argument) => /^(?:--project=)?clients$/.test(argument))

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,contract,server,oracle,cases,conformance,examples}/**/*.test.ts', 'test/*.test.ts'],
        },
      },
      {
        test: {
          name: 'kafka',
          include: ['test/kafka/**/*.test.ts'],
          globalSetup: ['test/support/kafka/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(testsClients
        ? [
            {
              test: {
                name: 'clients',
                include: ['test/clients/**/*.test.ts'],
                globalSetup: ['test/clients/global-setup.ts'],
                testTimeout: 60_000,
                hookTimeout: 60_000,
              },
            },
          ]
        : []),
    ],
  },
})
