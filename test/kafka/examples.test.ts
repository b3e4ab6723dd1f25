import { exampleChecks } from '../support/example-checks.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

describeKafka('the examples on a real Kafka', ({ bootstrapServers }) => exampleChecks(bootstrapServers))
