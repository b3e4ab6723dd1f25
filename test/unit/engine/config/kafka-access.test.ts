import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createConfig, isSecret } from '../../../../src/engine/config/config.ts'
import { kafkaOptions } from '../../../../src/engine/config/kafka-options.ts'

const options = (properties: Record<string, string>) => kafkaOptions('a:1', createConfig(properties))
const TLS = join(import.meta.dirname, '../../../support/tls')
const certificate = readFileSync(join(TLS, 'certificate.pem'), 'latin1')
const key = readFileSync(join(TLS, 'key.pem'), 'latin1')
const keystore = readFileSync(join(TLS, 'keystore.p12'))

let folder = ''
const file = (name: string) => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
  writeFileSync(file('ca.pem'), certificate)
  writeFileSync(file('both.pem'), key + certificate)
  writeFileSync(file('key.p12'), keystore)
  writeFileSync(file('trust.jks'), Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2]))
  writeFileSync(file('other'), 'hello')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('certificates for Kafka', () => {
  const tls = (properties: Record<string, string>) => options({ 'security.protocol': 'SSL', ...properties }).tls

  test('come from the PEM files that Kafka clients name', () => {
    expect(tls({ 'ssl.truststore.location': file('ca.pem'), 'ssl.keystore.location': file('both.pem') })).toEqual({
      ca: certificate,
      key: key + certificate,
      cert: key + certificate,
    })
    expect(tls({ 'ssl.key.location': file('both.pem'), 'ssl.key.password': 'p' })).toEqual({
      key: key + certificate,
      passphrase: 'p',
    })
  })

  test('may stand in the configuration, also on one line', () => {
    const folded = certificate.replaceAll('\n', ' ')
    const inline = { 'ssl.keystore.key': key, 'ssl.keystore.certificate.chain': folded }
    expect(tls({ 'ssl.truststore.certificates': folded, ...inline })).toEqual({
      ca: certificate,
      key,
      cert: certificate,
    })
    expect(() => tls({ 'ssl.keystore.key': key })).toThrow('ssl.keystore.certificate.chain')
  })

  test('a key may be in PKCS 12', () => {
    expect(tls({ 'ssl.keystore.location': file('key.p12'), 'ssl.keystore.password': 'test-password' })).toEqual({
      pfx: keystore,
      passphrase: 'test-password',
    })
  })

  test('a key that its password does not open is refused', () => {
    expect(() => tls({ 'ssl.keystore.location': file('key.p12'), 'ssl.keystore.password': 'x' })).toThrow(
      /cannot be used.*ssl\.keystore\.password/,
    )
  })

  test('a file of another form is refused with the command that converts it', () => {
    expect(() => tls({ 'ssl.truststore.location': file('trust.jks') })).toThrow(
      /a Java keystore \(JKS\).*keytool -list -rfc/,
    )
    expect(() => tls({ 'ssl.truststore.location': file('key.p12') })).toThrow('a PKCS 12 file')
    expect(() => tls({ 'ssl.keystore.location': file('trust.jks') })).toThrow('keytool -importkeystore')
    expect(() => tls({ 'ssl.key.location': file('other') })).toThrow('ssl.key.location names no PEM file')
  })

  test('names are compared unless that is turned off', () => {
    expect(tls({})).toEqual({})
    expect(tls({ 'ssl.endpoint.identification.algorithm': 'https' })).toEqual({})
    expect(tls({ 'ssl.endpoint.identification.algorithm': '' })).toEqual({ checksName: false })
  })
})

describe('a login to Kafka', () => {
  const oauth = (properties: Record<string, string>) =>
    options({ 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'OAUTHBEARER', ...properties }).sasl

  test('has its password in the JAAS configuration, where quotes may be escaped', () => {
    const jaas = 'x.ScramLoginModule required username="u" password="a\\"b;c=d";'
    expect(
      options({
        'security.protocol': 'SASL_PLAINTEXT',
        'sasl.mechanism': 'SCRAM-SHA-512',
        'sasl.jaas.config': jaas,
      }).sasl,
    ).toEqual({ mechanism: 'scram-sha-512', username: 'u', password: 'a"b;c=d' })
    expect(() => options({ 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'GSSAPI' })).toThrow(
      'It is one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
    )
  })

  test('by tokens of an endpoint has a client, in either of two places', () => {
    const url = 'https://id.example/token'
    const endpoint = {
      kind: 'endpoint',
      url,
      clientId: 'c',
      clientSecret: 's',
      scope: 'k',
      ca: null,
      timeoutMs: 10_000,
    }
    const fromJaas = {
      'sasl.oauthbearer.token.endpoint.url': url,
      'sasl.jaas.config': 'x required clientId="c" clientSecret="s" scope="k" extension_logicalCluster="lkc-1";',
    }
    const fromProperties = {
      'sasl.oauthbearer.token.endpoint.url': url,
      'sasl.oauthbearer.client.credentials.client.id': 'c',
      'sasl.oauthbearer.client.credentials.client.secret': 's',
      'sasl.oauthbearer.scope': 'k',
      'sasl.login.read.timeout.ms': '5',
    }
    expect(oauth(fromJaas)).toEqual({
      mechanism: 'oauthbearer',
      token: endpoint,
      extensions: { logicalCluster: 'lkc-1' },
    })
    expect(oauth(fromProperties)).toEqual({
      mechanism: 'oauthbearer',
      token: { ...endpoint, timeoutMs: 5 },
      extensions: {},
    })
    expect(() => oauth({ 'sasl.oauthbearer.token.endpoint.url': url })).toThrow('needs credentials')
  })

  test('by a token has it from a file, or makes an unsecured one', () => {
    expect(oauth({ 'sasl.oauthbearer.token.endpoint.url': 'file:///run/a%20token' })).toMatchObject({
      token: { kind: 'file', path: '/run/a token' },
    })
    expect(oauth({ 'sasl.jaas.config': 'x required unsecuredLoginStringClaim_sub="alice";' })).toMatchObject({
      token: { kind: 'unsecured', subject: 'alice', lifetimeMs: 3_600_000 },
    })
    expect(() => oauth({})).toThrow('needs sasl.oauthbearer.token.endpoint.url')
    expect(() => oauth({ 'sasl.oauthbearer.token.endpoint.url': 'id.example' })).toThrow('http:// or https://')
  })
})

describe('properties of one kind of client', () => {
  test('count for all connections where there is none for all', () => {
    const consumer = { 'ksql.streams.consumer.security.protocol': 'SSL' }
    expect(options(consumer).tls).toEqual({})
    expect(options({ ...consumer, 'security.protocol': 'PLAINTEXT' }).tls).toBeUndefined()
    expect(() => options({ ...consumer, 'producer.security.protocol': 'PLAINTEXT' })).toThrow(
      'Configurations consumer.security.protocol and producer.security.protocol differ',
    )
  })

  test('are as secret as those of all', () => {
    expect(
      [
        'consumer.ssl.keystore.key',
        'producer.sasl.jaas.config',
        'sasl.oauthbearer.client.credentials.client.secret',
      ].every(isSecret),
    ).toBe(true)
  })
})
