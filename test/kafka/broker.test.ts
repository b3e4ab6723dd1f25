import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { brokerContract } from '../contract/broker.contract.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

describeKafka('a real Kafka', ({ bootstrapServers }) => {
  brokerContract('Kafka', async () => ({
    async connect() {
      const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
      await broker.connect()
      return broker
    },
    async stop() {},
  }))
})
