/** Options that all sinks have, and those that all sources have. Names are Kafka Connect's where it has the option. */
import type { ConnectorDeclaration } from './connector.ts'
import type { OptionDeclaration } from './options.ts'

export const SINK_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: 'batch.size',
    type: 'number',
    default: '2000',
    least: 1,
    most: 100_000,
    description: 'Maximum number of records in one write.',
  },
  {
    name: 'auto.offset.reset',
    type: 'choice',
    default: 'earliest',
    choices: ['earliest', 'latest'],
    description: 'Whether a new connector begins with the oldest record of the topic or with the next one.',
  },
  {
    name: 'errors.tolerance',
    type: 'choice',
    default: 'none',
    choices: ['none', 'all'],
    description:
      'What happens at a record that cannot be read or that the target refuses: `none` stops its partition before the record, `all` skips the record.',
  },
  {
    name: 'errors.deadletterqueue.topic.name',
    type: 'text',
    default: null,
    description:
      'With `errors.tolerance=all`: topic that skipped records are written to unchanged, with headers that give the reason. It is created if it is missing.',
  },
  {
    name: 'retry.backoff.ms',
    type: 'duration',
    default: '100',
    least: 1,
    description:
      'Pause before a write is tried again. It doubles up to `retry.backoff.max.ms` and is spread at random.',
  },
  {
    name: 'retry.backoff.max.ms',
    type: 'duration',
    default: '30000',
    least: 1,
    description: 'Longest pause between two tries. The number of tries is unlimited.',
  },
]

export const SOURCE_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: 'topic',
    type: 'text',
    default: null,
    isRequired: true,
    isFixed: true,
    description: 'Topic that the records are written to.',
  },
  {
    name: 'partitions',
    type: 'number',
    default: '1',
    least: 1,
    isFixed: true,
    description: 'Number of partitions of the topic, if the topic does not exist yet.',
  },
  {
    name: 'retry.backoff.ms',
    type: 'duration',
    default: '100',
    least: 1,
    description: 'Pause before a read is tried again. It doubles up to `retry.backoff.max.ms` and is spread at random.',
  },
  {
    name: 'retry.backoff.max.ms',
    type: 'duration',
    default: '30000',
    least: 1,
    description: 'Longest pause between two tries. The number of tries is unlimited.',
  },
]

/** The options of a connector: its own, and those of its kind. */
export const optionsOf = ({ kind, options }: ConnectorDeclaration): readonly OptionDeclaration[] => [
  ...options,
  ...(kind === 'SINK' ? SINK_OPTIONS : SOURCE_OPTIONS),
]
