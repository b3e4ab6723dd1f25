import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createConfig } from '../../../../src/engine/config/config.ts'
import { connectOptions } from '../../../../src/engine/config/connect-options.ts'

const directory = mkdtempSync(join(tmpdir(), 'connect-options-'))
afterAll(() => rmSync(directory, { recursive: true }))

const options = (properties: Readonly<Record<string, string>>) => connectOptions(createConfig(properties))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`

test('without settings a worker on this machine is meant', () => {
  const { urls, authorization, tls, timeoutMs } = options({})
  expect({ urls, tls, timeoutMs }).toEqual({ urls: ['http://localhost:8083'], tls: {}, timeoutMs: 5000 })
  expect(authorization()).toBeNull()
})

test('addresses and certificates', () => {
  const { urls, tls } = options({
    'ksql.connect.url': 'https://a:1, https://b:2/',
    'ksql.connect.ssl.truststore.location': file('ca', 'CA'),
    'ksql.connect.ssl.certificate.location': file('cert', 'CERT'),
    'ksql.connect.ssl.key.location': file('key', 'KEY'),
    'ksql.connect.ssl.key.password': 'pass',
    'ksql.connect.ssl.endpoint.identification.algorithm': '',
  })
  expect(urls).toEqual(['https://a:1', 'https://b:2/'])
  expect(tls).toEqual({ ca: 'CA', cert: 'CERT', key: 'KEY', passphrase: 'pass', checksName: false })
})

test('credentials stay those of the start unless they are to be read again', () => {
  const path = file('credentials', 'username=u\npassword=p\\:w\n')
  const settings = {
    'ksql.connect.basic.auth.credentials.source': 'file',
    'ksql.connect.basic.auth.credentials.file': path,
  }
  const once = options(settings)
  const again = options({ ...settings, 'ksql.connect.basic.auth.credentials.reload': 'true' })
  expect(once.authorization()).toBe(basic('u', 'p:w'))
  file('credentials', 'username=u\npassword=other\n')
  expect(once.authorization()).toBe(basic('u', 'p:w'))
  expect(again.authorization()).toBe(basic('u', 'other'))
})

test.each([
  [{ 'ksql.connect.url': 'connect:8083' }, 'must list addresses that begin with http:// or https://'],
  [{ 'ksql.connect.url': 'http://u:p@connect:8083' }, 'must not hold a password'],
  [{ 'ksql.connect.basic.auth.credentials.source': 'FILE' }, 'needs ksql.connect.basic.auth.credentials.file'],
  [
    {
      'ksql.connect.basic.auth.credentials.source': 'FILE',
      'ksql.connect.basic.auth.credentials.file': join(directory, 'missing'),
    },
    'cannot be read: ENOENT',
  ],
  [
    {
      'ksql.connect.basic.auth.credentials.source': 'FILE',
      'ksql.connect.basic.auth.credentials.file': file('half', 'username=u\n'),
    },
    'must have lines username=... and password=...',
  ],
])('%o is refused at the start', (properties, reason) => {
  expect(() => options(properties)).toThrow(reason)
})
