import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests of other people's programs install these from their registries: in CI, and by name: `npm run clients`, `npm run interop`, `npm run connect`. */
const tests = (project: string): boolean => process.env['CI'] === 'true' || isNamed(project)

const isNamed = (project: string): boolean =>
  process.argv.some((argument) => argument.replace('--project=', '') === project)

export default defineConfig({
  test: {
    // By default two cores run one file at a time; most tests wait for something now and then.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/{unit,contract,server,oracle,cases,conformance,examples,recorded}/**/*.test.ts',
            'test/*.test.ts',
          ],
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
      ...(tests('interop')
        ? [
            {
              test: {
                name: 'interop',
                include: ['test/interop/**/*.test.ts'],
                globalSetup: ['test/interop/global-setup.ts'],
                testTimeout: 60_000,
                hookTimeout: 60_000,
              },
            },
          ]
        : []),
      ...(tests('connect')
        ? [
            {
              test: {
                name: 'connect',
                include: ['test/connect/**/*.test.ts'],
                globalSetup: ['test/connect/global-setup.ts'],
                testTimeout: 120_000,
                hookTimeout: 60_000,
              },
            },
          ]
        : []),
      ...(process.env['MILLRACE_TEST_POSTGRES'] !== undefined || isNamed('postgres')
        ? [
            {
              test: {
                name: 'postgres',
                include: ['test/postgres/**/*.test.ts'],
                globalSetup: ['test/postgres/global-setup.ts'],
                testTimeout: 60_000,
                hookTimeout: 60_000,
              },
            },
          ]
        : []),
      ...(process.env['BROWSER_TESTS'] === 'true' || isNamed('browser')
        ? [
            {
              test: {
                name: 'browser',
                include: ['test/browser/**/*.test.ts'],
                globalSetup: ['test/browser/global-setup.ts'],
                // After all others, which would take the frames that it counts.
                sequence: { groupOrder: 1 },
                testTimeout: 90_000,
                hookTimeout: 90_000,
              },
            },
          ]
        : []),
      ...(tests('clients')
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
