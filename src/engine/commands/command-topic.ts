/** The topic of the command log: one partition, from which nothing is ever removed. */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'

export const COMMAND_TOPIC_CONFIG = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
} as const

/** Another server may create it at the same time. Rejects with a BrokerError. */
export async function createCommandTopic(broker: Broker, name: string, replicas: number): Promise<void> {
  try {
    await broker.createTopic({ name, partitions: 1, replicas, config: COMMAND_TOPIC_CONFIG, isEssential: true })
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'TOPIC_EXISTS')) throw error
  }
}
