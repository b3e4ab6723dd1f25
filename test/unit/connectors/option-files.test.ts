/** Files that options name, and what a connector says of one that it cannot read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { FilePaths } from '../../../src/connectors/file-paths.ts'
import { optionFile, optionPath } from '../../../src/connectors/option-files.ts'
import { type OptionDeclaration, Options } from '../../../src/connectors/options.ts'

const DECLARED: readonly OptionDeclaration[] = [
  { name: 'ssl.ca.location', type: 'text', default: null, description: 'PEM file.' },
]

const directory = mkdtempSync(join(tmpdir(), 'millrace-option-files-'))
mkdirSync(join(directory, 'certificates'))
writeFileSync(join(directory, 'ca.pem'), 'the certificate')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const contextOf = (path: string | null) => ({
  options: new Options(DECLARED, path === null ? {} : { 'ssl.ca.location': path }),
  files: new FilePaths([directory]),
})

describe('a file that an option names', () => {
  test('is read as text', () => {
    expect(optionFile('ssl.ca.location', contextOf('ca.pem'))).toBe('the certificate')
  })

  test('is null where the option is unset', () => {
    expect(optionFile('ssl.ca.location', contextOf(null))).toBeNull()
  })

  test.each(['missing.pem', 'certificates'])('is a bad option if it cannot be read: %s', (path) => {
    expect(() => optionFile('ssl.ca.location', contextOf(path))).toThrow(
      expect.objectContaining({
        name: 'OptionError',
        option: 'ssl.ca.location',
        message: expect.stringMatching(/^The file of the option 'ssl\.ca\.location' cannot be read: E/),
      }),
    )
  })

  test('is a bad option outside the directories of the operator', () => {
    expect(() => optionPath('ssl.ca.location', contextOf('/etc/passwd'))).toThrow(/and \/etc\/passwd is not there/)
  })

  test('has its path from the first of these directories', () => {
    expect(optionPath('ssl.ca.location', contextOf('ca.pem'))).toBe(join(directory, 'ca.pem'))
  })
})
