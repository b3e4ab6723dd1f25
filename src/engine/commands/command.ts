/**
 * Commands as the command log stores them. Key: the command id as JSON. Value: the statement for people, the plan (effects) for the
 * engine: a replay never plans SQL again, so an upgrade does not change what a statement meant.
 */
import type { DataSource } from '../../metastore/data-source.ts'
import type { SchemaRegistration } from '../../plan/schema-registration.ts'
import type { TopicRequest } from '../../plan/topic-request.ts'
import { SharedJson } from '../../types/shared-json.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { Effect } from './catalog.ts'

/** Increased when the meaning of effects or plans changes; a server refuses versions that it does not know. */
const COMMAND_VERSION = 1
/** Plans and sources of many like statements have most of their parts in common. */
const SHARED = new SharedJson()

/** Written `type/entity/action`. Source: ksqlDB's `CommandId`. */
export interface CommandId {
  readonly type:
    | 'topic'
    | 'stream'
    | 'table'
    | 'cluster'
    | 'pause'
    | 'resume'
    | 'terminate'
    | 'type'
    | 'connector'
    | 'secret'
    | 'function'
    | 'index'
  readonly entity: string
  readonly action: 'create' | 'drop' | 'execute' | 'terminate' | 'alter'
}

/** An accepted statement with its effects. */
export interface Command {
  readonly id: CommandId
  readonly statement: string
  /** Overrides of the request, by canonical name. */
  readonly streamsProperties: Readonly<Record<string, string>>
  /** The server's configuration at the time. */
  readonly originalProperties: Readonly<Record<string, string>>
  readonly effects: readonly Effect[]
  /** Message for clients when the command is done. */
  readonly message: string
  /** The query that the command creates or changes. */
  readonly queryId: string | null
}

/** A command that a statement proposes, before it has its turn at the log. */
export interface CommandDraft {
  readonly id: CommandId
  readonly effects: readonly Effect[]
  /** Message for clients when the command is done. */
  readonly message: string
  readonly queryId: string | null
  /** Topics to create before the command is appended. */
  readonly topics: readonly TopicRequest[]
  /** Schemas to register before the command is appended; the effects get the ids. */
  readonly registrations: readonly SchemaRegistration[]
  /** Topic that the server that accepted the statement deletes after the command has been applied. */
  readonly deleteTopic: string | null
  /** Subjects of that topic, deleted with it. */
  readonly deleteSubjects: readonly string[]
}

/** How far a command has come, as GET /status shows it. */
export interface CommandStatus {
  readonly status: 'QUEUED' | 'PARSING' | 'EXECUTING' | 'RUNNING' | 'TERMINATED' | 'SUCCESS' | 'ERROR'
  readonly message: string
  readonly queryId: string | null
}

/** A command as a record of the log. */
export interface CommandRecord {
  readonly key: Buffer
  readonly value: Buffer
}

/** The id of a command about a stream or table. */
export const sourceCommandId = (
  { kind, name }: Pick<DataSource, 'kind' | 'name'>,
  action: CommandId['action'],
): CommandId => ({ type: kind === 'TABLE' ? 'table' : 'stream', entity: quoteName(name), action })

/** `type/entity/action`. */
export const commandIdText = ({ type, entity, action }: CommandId): string => `${type}/${entity}/${action}`

/** The record of a command. */
export function encodeCommand(command: Command): CommandRecord {
  const { id, statement, streamsProperties, originalProperties, effects, message, queryId } = command
  const plan = { effects, message, queryId }
  const value = { version: COMMAND_VERSION, statement, streamsProperties, originalProperties, plan }
  return { key: Buffer.from(JSON.stringify(id)), value: Buffer.from(JSON.stringify(value)) }
}

/** Whether a record of the log, as text, is the one that ends the cluster: what follows belongs to another. */
export const endsCluster = (record: string): boolean => record.includes('"kind":"terminateCluster"')

/** Throws an Error for an unknown version and for bytes that are not a command. */
export function decodeCommand(key: Buffer | null, value: Buffer | null): Command {
  if (key === null || value === null) throw new Error('The command log holds a record without key or value.')
  const id = JSON.parse(key.toString()) as CommandId
  const stored = JSON.parse(value.toString()) as Omit<Command, 'id' | 'effects' | 'message' | 'queryId'> & {
    readonly version: number
    readonly plan: Pick<Command, 'effects' | 'message' | 'queryId'>
  }
  if (stored.version !== COMMAND_VERSION) {
    throw new Error(
      `The command log holds a command of version ${stored.version}, and this server knows version ${COMMAND_VERSION}. ` +
        'Run a server at least as new as the one that wrote it.',
    )
  }
  const { statement, streamsProperties, originalProperties, plan } = stored
  return { id, statement, streamsProperties, originalProperties, ...SHARED.share(plan) }
}
