import { expect, test } from 'vitest'
import type { Permission } from '../../../../../src/broker/kafka/protocol/permission.ts'
import { ProtocolError } from '../../../../../src/broker/kafka/protocol/protocol-errors.ts'

const write: Permission = { operation: 'Write', kind: 'topic', name: 't', principal: 'User:alice' }
const transaction: Permission = { operation: 'Write', kind: 'transactional-id', name: 'id', principal: null }
const cluster: Permission = { operation: 'IdempotentWrite', kind: 'cluster', name: '', principal: null }

test('a refusal by the authorizer names operation, resource, and the command that allows it', () => {
  const error = new ProtocolError(29, 'Producing to t-0', { needs: [transaction, write] })
  expect(error).toMatchObject({ code: 'AUTHORIZATION_FAILED', retriable: false })
  expect(error.message).toBe(
    'Producing to t-0 failed: Authorization denied to Write on topic(s): [t]. ' +
      'Allow it: kafka-acls --add --allow-principal User:alice --operation Write --topic t (TOPIC_AUTHORIZATION_FAILED).',
  )
})

test('the error code chooses among the permissions that a request needs', () => {
  const messageOf = (errorCode: number) =>
    new ProtocolError(errorCode, 'It', { needs: [write, transaction, cluster] }).message
  expect(messageOf(53)).toContain('--allow-principal User:NAME --operation Write --transactional-id id')
  expect(messageOf(31)).toContain('denied to IdempotentWrite on Cluster')
  expect(messageOf(31)).toContain('--operation IdempotentWrite --cluster')
  expect(messageOf(30)).toBe('It failed: Kafka answered GROUP_AUTHORIZATION_FAILED.')
  expect(messageOf(10)).toBe('It failed: Kafka answered MESSAGE_TOO_LARGE.')
})
