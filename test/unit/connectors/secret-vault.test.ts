// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of options are written like this
import { describe, expect, test } from 'vitest'
import { FilePaths } from '../../../src/connectors/file-paths.ts'
import { SecretVault, secretKey } from '../../../src/connectors/secret-vault.ts'
import { secretNames, secretReader } from '../../../src/connectors/secrets.ts'

const key = (byte: number) => new Uint8Array(32).fill(byte)
const vault = new SecretVault(key(1))

describe('a vault', () => {
  test('opens what it has sealed, and never seals alike', () => {
    const sealed = [vault.seal('PG', { password: 'hunter2' }), vault.seal('PG', { password: 'hunter2' })]
    expect(sealed[0]).not.toBe(sealed[1])
    expect(sealed.join()).not.toContain('hunter2')
    expect(vault.open('PG', sealed[0]!)).toEqual({ values: { password: 'hunter2' } })
  })

  test.each([
    ['another key', new SecretVault(key(2)), 'PG', (sealed: string) => sealed, 'stored with another key'],
    ['another name', vault, 'OTHER', (sealed: string) => sealed, 'was changed where it is stored'],
    ['a changed text', vault, 'PG', (sealed: string) => `${sealed.slice(0, -4)}AAAA`, 'was changed'],
    ['a part of it', vault, 'PG', (sealed: string) => sealed.split('.').slice(0, 3).join('.'), 'was changed'],
    ['a later version', vault, 'PG', (sealed: string) => sealed.replace('1.', '2.'), 'by a newer server'],
  ])('does not open a secret by %s', (_, other, name, change, problem) => {
    const opened = other.open(name, change(vault.seal('PG', { password: 'hunter2' })))
    expect(opened).toEqual({ problem: expect.stringContaining(problem) })
  })
})

test.each([
  ['hexadecimal digits', 'ab'.repeat(32), true],
  ['Base64', `${Buffer.from(key(7)).toString('base64')}\n`, true],
  ['a password', 'swordfish', false],
  ['too few bytes', Buffer.from(key(7).subarray(1)).toString('base64'), false],
  ['nothing', '', false],
])('a key of %s is taken or not', (_, text, isTaken) => {
  expect(secretKey(text) !== null).toBe(isTaken)
})

describe('a reference to a stored secret', () => {
  const sealed = new Map([
    ['PG', vault.seal('PG', { username: 'u', password: 'hunter2' })],
    ['TOKEN', vault.seal('TOKEN', { value: 't' })],
  ])
  const reader = (by: SecretVault | null) =>
    secretReader({
      environment: {},
      environmentPrefix: '',
      files: new FilePaths([]),
      stored: { vault: by, sealed: (name) => sealed.get(name) },
    })
  const read = (path: string, by: SecretVault | null = vault) => reader(by)({ provider: 'secret', path })

  test.each([
    ['pg:password', 'hunter2'],
    ['PG:Username', 'u'],
    ['token', 't'],
    ['token:value', 't'],
  ])('%s stands for its value', (path, value) => {
    expect(read(path)).toEqual({ value })
  })

  test.each([
    ['pg', 'The secret PG has 2 keys'],
    ['pg:pass', "The secret PG has no key 'pass'."],
    ['other:x', 'There is no secret OTHER.'],
  ])('%s is a problem', (path, problem) => {
    expect(read(path)).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('cannot be read by a server without a key', () => {
    expect(read('token', null)).toEqual({ problem: expect.stringContaining('millrace.secrets.key.file') })
  })

  test('names its secret', () => {
    const values = ['a', '${env:X}', 'x${secret:pg:a}y${secret:token}', '${secret:PG:b}']
    expect(secretNames(values)).toEqual(['PG', 'TOKEN'])
  })
})
