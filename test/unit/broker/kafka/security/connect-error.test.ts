import { expect, test } from 'vitest'
import { BrokerError } from '../../../../../src/broker/broker-error.ts'
import { connectError, firstRequestError } from '../../../../../src/broker/kafka/security/connect-error.ts'

const failure = (name: string, message: string, code?: string | number) =>
  Object.assign(new Error(message), { name, ...(code !== undefined && { code }) })
const socketFailure = (message: string, code?: string) =>
  failure('KafkaJSConnectionError', `Connection error: ${message}`, code)
const password = { mechanism: 'plain', username: 'u', password: 'p' } as const

test.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ssl.truststore.location'],
  ['CERT_HAS_EXPIRED', 'Renew the certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'ssl.endpoint.identification.algorithm'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ssl.keystore.location'],
])('%s is not tried again, and names the setting', (code, advice) => {
  const error = connectError('b:1', { tls: {} }, socketFailure('bad', code))
  expect(error).toMatchObject({ code: 'AUTHORIZATION_FAILED', retriable: false })
  expect(error.message).toContain(advice)
})

test('wrong credentials are told with the broker’s words', () => {
  const cause = failure('KafkaJSSASLAuthenticationError', 'Invalid username or password')
  expect(connectError('b:1', { sasl: password }, cause).message).toBe(
    'b:1 refuses the credentials: Invalid username or password',
  )
})

test('a listener without SASL is told from one without this mechanism', () => {
  const state = failure('KafkaJSProtocolError', 'Request is not valid given the current SASL state', 34)
  expect(connectError('b:1', { sasl: password }, state).message).toContain('security.protocol=PLAINTEXT,')
  expect(connectError('b:1', { sasl: password, tls: {} }, state).message).toContain('security.protocol=SSL,')
  const mechanism = failure('KafkaJSSASLAuthenticationError', 'SASL PLAIN mechanism is not supported by the server')
  expect(connectError('b:1', { sasl: password }, mechanism).message).toBe(
    'b:1 does not offer PLAIN. Set another sasl.mechanism.',
  )
})

test('a closed connection may pass, and names the protocol that was spoken', () => {
  const cause = failure('KafkaJSConnectionClosedError', 'Closed connection')
  const error = connectError('b:1', { sasl: password }, cause)
  expect(error).toMatchObject({ code: 'UNAVAILABLE', retriable: true })
  expect(error.message).toContain('SASL_PLAINTEXT')
  expect(connectError('b:1', {}, socketFailure('connect refused', 'ECONNREFUSED')).message).toContain(
    'Connecting to b:1',
  )
})

test('a first request that is hung up on is taken for a login that is missing', () => {
  const cause = failure('KafkaJSConnectionClosedError', 'Closed connection')
  const error = new BrokerError('UNAVAILABLE', 'Metadata failed', { retriable: true, cause })
  expect((firstRequestError('b:1', { tls: {} }, error) as Error).message).toContain('another protocol than SSL')
  expect(firstRequestError('b:1', { sasl: password }, error)).toBe(error)
  const other = new BrokerError('UNAVAILABLE', 'Metadata failed', { retriable: true })
  expect(firstRequestError('b:1', {}, other)).toBe(other)
})
