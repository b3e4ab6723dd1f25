import { expect, test } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { runImport } from '../../src/cli/commands/import.ts'
import { readTopic } from '../../src/main/read-topic.ts'
import { encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

describeKafka('millrace import', ({ bootstrapServers }) => {
  const serviceId = `ksql${process.pid}_`

  async function run(id = serviceId): Promise<string> {
    const printed: string[] = []
    const print = (text: string) => printed.push(text)
    await runImport({ fromKsqldb: bootstrapServers, serviceId: id }, { readTopic, print, complain: print })
    return printed.join('')
  }

  test('reads the committed commands of a command topic that ksqlDB wrote', async () => {
    const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
    await broker.connect()
    const topic = `_confluent-ksql-${serviceId}_command_topic`
    await broker.createTopic({ name: topic, partitions: 1, replicas: 1 })
    const producer = broker.producer({ transactionalId: serviceId })
    await producer.initTransactions()
    const write = async (name: string) => {
      const statement = `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (kafka_topic='${name}', value_format='JSON');`
      const command = { statement, streamsProperties: {}, originalProperties: {}, plan: null, version: 15 }
      producer.begin()
      await producer.send(topic, 0, encode([record(JSON.stringify(command), 1000, `"stream/\`${name}\`/create"`)]))
    }
    await write('S')
    await producer.commit()
    await write('UNDONE')
    await producer.abort()
    await write('T')
    await producer.commit()
    await broker.close()

    const printed = await run()
    expect(printed).toContain(`-- 2 statements of ${topic}.`)
    expect(printed.match(/CREATE STREAM \w+/g)).toEqual(['CREATE STREAM S', 'CREATE STREAM T'])
    await expect(run('nobody_')).rejects.toThrow(/does not exist.*Check --service-id\. There are: .*_command_topic/)
  })
})
