/**
 * Vitest's global setup of the project `postgres`: a server with `wal_level=logical` and a user who may replicate. It is that of
 * `MILLRACE_TEST_POSTGRES` (`postgres://USER:PASSWORD@HOST:PORT/DATABASE`), or one in Docker.
 */
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Its address, with user and password. */
    postgres: string
  }
}

const IMAGE = 'postgres:17'
const PORT = 5432

/** These tests run by name, or where the variable is set, so a missing server is a failure. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['MILLRACE_TEST_POSTGRES']
  if (given !== undefined) {
    project.provide('postgres', given)
    return async () => {}
  }
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: 'password' })
    .withCommand(['postgres', '-c', 'wal_level=logical'])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2))
    .start()
  project.provide(
    'postgres',
    `postgres://postgres:password@${container.getHost()}:${container.getMappedPort(PORT)}/postgres`,
  )
  return async () => {
    await container.stop()
  }
}
