/** The log of a server's commands, by its configuration: a topic with its backup, or, with a file of queries, a log of its own. */
import type { Broker } from '../../broker/broker.ts'
import type { Clock, Timer } from '../../clock.ts'
import { commandTopic } from '../../runtime/topic-names.ts'
import type { Config } from '../config/config.ts'
import { CommandBackup } from './command-backup.ts'
import { CommandLog, type SequencedCommand, type StatementLog } from './command-log.ts'
import { LocalLog } from './local-log.ts'
import { queriesFile } from './queries-file.ts'

export interface LogOptions {
  readonly broker: Broker
  readonly clock: Clock
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
  readonly config: Config
  /** Called with what the operator should know. */
  readonly warn: (message: string) => void
}

/** `apply`: called with each command that the log follows. Throws an Error where the directory of the backup cannot be used. */
export function makeLog(options: LogOptions, apply: (command: SequencedCommand) => Promise<void>): StatementLog {
  const { broker, clock, timer, random, config, warn } = options
  const serviceId = config.get('ksql.service.id') ?? ''
  const replicas = config.number('ksql.internal.topic.replicas')
  if (queriesFile(config) !== undefined) return new LocalLog({ broker, serviceId, replicas, apply })
  return new CommandLog({
    broker,
    clock,
    timer,
    random,
    serviceId,
    replicas,
    backup: backupOf(options),
    apply,
    onDegraded: (reason) => warn(`Statements that change anything are refused from now on. ${reason}`),
  })
}

/** Null: the configuration requests none. Throws an Error where its directory cannot be used. */
function backupOf({ config, clock, warn }: LogOptions): CommandBackup | null {
  const directory = config.get('ksql.metastore.backup.location') ?? ''
  if (directory === '' || config.get('ksql.enable.metastore.backup')?.toLowerCase() === 'false') return null
  return new CommandBackup({ directory, topic: commandTopic(config.get('ksql.service.id') ?? ''), clock, warn })
}
