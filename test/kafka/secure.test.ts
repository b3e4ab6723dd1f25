import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { KafkaConnection } from '../../src/broker/kafka/cluster/connection.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

/** Longer than a session of the test's listener counts for. */
const OVER_A_SESSION_MS = 2500

describeKafka('a broker with TLS and SASL', ({ secure }) => {
  // Only the broker that the tests start from its jars has such a listener.
  describe.skipIf(secure === null)('that the tests started', () => {
    const { bootstrapServers, ca, username, password } = secure ?? {
      bootstrapServers: '',
      ca: '',
      username: '',
      password: '',
    }
    const connect = (options: { ca?: string; password?: string } = {}) =>
      new KafkaBroker({
        bootstrapServers: [bootstrapServers],
        tls: { ca: options.ca ?? ca },
        sasl: { mechanism: 'plain', username, password: options.password ?? password },
        retryMs: 500,
      })

    test('takes produce and fetch, also when sessions end meanwhile', async () => {
      const opened = vi.spyOn(KafkaConnection, 'open')
      const broker = connect()
      await broker.connect()
      const topic = `secure-${process.pid}-${performance.now().toFixed(0)}`
      await broker.createTopic({ name: topic, partitions: 1, replicas: 1 })
      const producer = broker.producer()
      const fetcher = broker.fetcher()
      fetcher.assign({ topic, partition: 0, offset: 0 })
      let sent = 0
      let read = 0
      for (const end = performance.now() + OVER_A_SESSION_MS; performance.now() < end; await delay(5)) {
        await producer.send(topic, 0, encode([record(String(sent++)), record('x'.repeat(100_000))]))
        for (const { fetchOffset, nextOffset, error } of await fetcher.poll(0)) {
          expect(error).toBeNull()
          read += nextOffset - fetchOffset
        }
      }
      while (read < sent * 2)
        for (const { fetchOffset, nextOffset } of await fetcher.poll(1000)) read += nextOffset - fetchOffset
      // One for short requests, one to produce, two to fetch; and each again.
      expect(opened.mock.calls.length).toBeGreaterThan(4)
      await broker.close()
    })

    test('refuses a wrong password, at once and with the reason', async () => {
      const broker = connect({ password: 'wrong' })
      await expect(broker.connect()).rejects.toMatchObject({ code: 'AUTHORIZATION_FAILED', retriable: false })
      await broker.close()
    })

    test('is not trusted without its certificate', async () => {
      const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers], tls: {}, retryMs: 200 })
      await expect(broker.connect()).rejects.toThrow(/certificate/)
      await broker.close()
    })
  })
})
