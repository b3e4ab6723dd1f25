import { expect, test } from 'vitest'
import { parseAddress } from '../../../../../src/broker/kafka/cluster/kafka-connection-options.ts'

test.each([
  ['kafka:9093', { host: 'kafka', port: 9093 }],
  ['kafka', { host: 'kafka', port: 9092 }],
  ['[::1]:9093', { host: '::1', port: 9093 }],
  ['[fe80::1]', { host: 'fe80::1', port: 9092 }],
])('%s', (text, address) => {
  expect(parseAddress(text)).toEqual(address)
})
