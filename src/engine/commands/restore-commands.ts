/** Writes the command log again from a backup. Source: ksqlDB's `KsqlRestoreCommandTopic`. */
import type { Broker, Producer } from '../../broker/broker.ts'
import { commitSurely } from '../../broker/commit-surely.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import type { Clock } from '../../clock.ts'
import { commandTopic } from '../../runtime/topic-names.ts'
import { deleteTopic } from '../topics.ts'
import { type CommandLine, parseLine } from './backup-lines.ts'
import { decodeCommand } from './command.ts'
import { COMMAND_TOPIC_CONFIG } from './command-topic.ts'

export interface BackupContent {
  readonly commands: readonly CommandLine[]
  /** Lines that this version cannot read, with the reason. */
  readonly incompatible: readonly string[]
}

/** Reads the text of a backup. */
export function readBackup(text: string): BackupContent {
  const commands: CommandLine[] = []
  const incompatible: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      const command = parseLine(line)
      decodeCommand(Buffer.from(command.key), Buffer.from(command.value))
      commands.push(command)
    } catch (error) {
      incompatible.push(`Line ${index + 1}: ${(error as Error).message}`)
    }
  }
  return { commands, incompatible }
}

export interface RestoreOptions {
  readonly broker: Broker
  readonly clock: Clock
  readonly serviceId: string
  readonly replicas: number
}

const COMMIT_ATTEMPTS = 12

/**
 * Replaces the command topic, if there is one. No server of the cluster may run. Ids of queries end with an offset of the log, so the log
 * is written past the highest of them: later ids differ from those of the backup.
 */
export async function restoreCommands(
  commands: readonly CommandLine[],
  { broker, clock, serviceId, replicas }: RestoreOptions,
): Promise<void> {
  const topic = commandTopic(serviceId)
  await deleteTopic(broker, topic)
  await broker.createTopic({ name: topic, partitions: 1, replicas, config: COMMAND_TOPIC_CONFIG, isEssential: true })
  const producer = broker.producer({ transactionalId: serviceId })
  try {
    await producer.initTransactions()
    const send = async ({ key, value }: CommandLine) => {
      producer.begin()
      const { baseOffset } = await producer.send(topic, 0, batchOf({ key, value }, clock.now()))
      return baseOffset
    }
    let last = -1
    for (const command of commands) {
      last = await send(command)
      await commitSurely(producer, COMMIT_ATTEMPTS)
    }
    const highest = Math.max(-1, ...commands.flatMap(idNumbers))
    while (last < highest) last = await undone(producer, () => send(FILLER))
  } finally {
    await producer.close()
  }
}

/** Is never committed, so that no reader sees it. */
const FILLER: CommandLine = { key: '{}', value: '{}' }

async function undone(producer: Producer, work: () => Promise<number>): Promise<number> {
  const offset = await work()
  await producer.abort()
  return offset
}

/** Offsets in the ids of the queries that a command starts. */
function idNumbers({ key, value }: CommandLine): number[] {
  const { effects } = decodeCommand(Buffer.from(key), Buffer.from(value))
  return effects.flatMap((effect) => {
    const number = effect.kind === 'startQuery' ? /_(\d+)$/.exec(effect.link.queryId)?.[1] : undefined
    return number === undefined ? [] : [Number(number)]
  })
}

function batchOf({ key, value }: CommandLine, timestamp: number): Buffer {
  const builder = new RecordBatchBuilder({ compression: 'gzip' })
  builder.append(timestamp, Buffer.from(key), Buffer.from(value))
  return builder.finish()
}
