import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createConfig } from '../../../../src/engine/config/config.ts'
import { registryChoice } from '../../../../src/engine/config/registry-options.ts'

const choice = (properties: Record<string, string>, isEmbeddedLog = false) =>
  registryChoice(
    createConfig(
      Object.fromEntries(Object.entries(properties).map(([name, value]) => [`ksql.schema.registry.${name}`, value])),
    ),
    isEmbeddedLog,
  )

test('without an address schemas are beside the embedded log, and nowhere on Kafka', () => {
  expect(choice({}, true)).toEqual({ kind: 'embedded' })
  expect(choice({}, false)).toEqual({ kind: 'none' })
  expect(choice({ url: 'embedded' }, true)).toEqual({ kind: 'embedded' })
  expect(choice({ url: 'none' }, true)).toEqual({ kind: 'none' })
  expect(() => choice({ url: 'embedded' }, false)).toThrow('Name the address of a schema registry.')
})

test('addresses, credentials and time limits', () => {
  expect(choice({ url: 'http://a:8081, https://b/apis/ccompat/v7' })).toEqual({
    kind: 'http',
    options: { urls: ['http://a:8081', 'https://b/apis/ccompat/v7'], credentials: null, tls: {}, timeoutMs: 10_000 },
  })
  expect(choice({ url: 'http://a', 'basic.auth.user.info': 'u:p:w', 'http.read.timeout.ms': '5' })).toMatchObject({
    options: { credentials: { kind: 'basic', user: 'u', password: 'p:w' }, timeoutMs: 5 },
  })
  expect(choice({ url: 'http://a', 'bearer.auth.token': 'abc' })).toMatchObject({
    options: { credentials: { kind: 'bearer', token: 'abc' } },
  })
})

test('what cannot be an address or a credential is an error', () => {
  expect(() => choice({ url: 'registry:8081' })).toThrow("but has 'registry:8081'")
  expect(() => choice({ url: 'http://u:p@registry' })).toThrow('must not hold a password')
  expect(() => choice({ url: 'http://a', 'basic.auth.user.info': 'u' })).toThrow('must be user:password')
})

test('certificates are read from PEM files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pem-'))
  try {
    for (const name of ['ca', 'cert', 'key']) writeFileSync(join(folder, name), name)
    expect(
      choice({
        url: 'https://a',
        'ssl.truststore.location': join(folder, 'ca'),
        'ssl.certificate.location': join(folder, 'cert'),
        'ssl.key.location': join(folder, 'key'),
        'ssl.key.password': 'secret',
        'ssl.endpoint.identification.algorithm': '',
      }),
    ).toMatchObject({
      options: { tls: { ca: 'ca', cert: 'cert', key: 'key', passphrase: 'secret', checksName: false } },
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
