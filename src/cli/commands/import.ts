/** `millrace import --from-ksqldb`: prints the statements that make what a ksqlDB cluster has. Nothing is changed anywhere. */
import { Client } from '../client/client.ts'
import { statementsOf } from '../import/from-server.ts'
import { readRecorded } from '../import/recorded-command.ts'
import { remaining } from '../import/remaining.ts'
import { importScript } from '../import/script.ts'

export interface ImportOptions {
  /** Address of a ksqlDB server, or brokers of its Kafka cluster. */
  readonly fromKsqldb: string
  readonly serviceId: string
  readonly config?: string
  readonly user?: string
  readonly password?: string
}

/** A record as text. */
export interface TopicRecord {
  readonly key: string | null
  readonly value: string | null
}

/** Reads all of a topic of one partition. Rejects with an Error whose message is for the user. */
export type ReadTopic = (options: {
  readonly topic: string
  readonly bootstrapServers: string
  /** Property file with the security of the brokers. */
  readonly config?: string
}) => Promise<TopicRecord[]>

export interface ImportPorts {
  readonly readTopic: ReadTopic
  readonly print: (text: string) => void
  readonly complain: (line: string) => void
}

/** Resolves to the exit code: 0, also if some statements are not supported. */
export async function runImport(options: ImportOptions, { readTopic, print, complain }: ImportPorts): Promise<number> {
  const { fromKsqldb: from, serviceId, config, user, password } = options
  const isServer = /^https?:\/\//i.test(from)
  const topic = `_confluent-ksql-${serviceId}_command_topic`
  const commands = isServer
    ? await statementsOf(new Client(from, { user, password }))
    : commandsOf(await readTopic({ topic, bootstrapServers: from, ...(config !== undefined && { config }) }))
  if (commands.length === 0) {
    complain(
      isServer ? `${from} has no streams and tables.` : `${topic} holds no statements of ksqlDB. Check --service-id.`,
    )
    return 1
  }
  const statements = remaining(commands)
  print(importScript(isServer ? from : topic, statements))
  for (const { refusal, command } of statements)
    if (refusal !== null) complain(`Not supported: ${command.id}: ${refusal}`)
  return 0
}

const commandsOf = (records: readonly TopicRecord[]) =>
  records.flatMap(({ key, value }) => {
    const command = readRecorded(key, value)
    return command === null ? [] : [command]
  })
