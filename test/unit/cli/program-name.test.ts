import { expect, it } from 'vitest'
import { programName } from '../../../src/cli/program-name.ts'

it.each([
  [{ npm_command: 'exec', npm_lifecycle_event: 'npx' }, 'npx millrace'],
  [{ npm_command: 'run-script', npm_lifecycle_event: 'millrace' }, 'npm run --silent millrace --'],
  [{ npm_command: 'run-script', npm_lifecycle_event: 'start' }, 'millrace'],
  [{}, 'millrace'],
])('a user with %j calls the program %s', (env, name) => {
  expect(programName(env)).toBe(name)
})
