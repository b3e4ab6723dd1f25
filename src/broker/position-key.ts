/** The text by which a partition is found in maps of positions: `topic/partition`. */
import type { TopicPartition } from './broker.ts'

export const positionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`
