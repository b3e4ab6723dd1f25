/**
 * Commands as they lie in the command log. Key: the command id as JSON. Value: the statement for people, the plan (effects) for the
 * engine: replaying never plans SQL again, so an upgrade does not change what a statement meant. Source: rest.md 8.
 */
import type { TopicRequest } from '../../plan/topic-request.ts'
import type { Effect } from './catalog.ts'

/** Raised when the meaning of effects or plans changes; a server refuses versions that it does not know. */
const COMMAND_VERSION = 1

/** `type/entity/action`; see rest.md 3 for the words. */
export interface CommandId {
  readonly type: 'topic' | 'stream' | 'table' | 'cluster' | 'pause' | 'resume' | 'terminate' | 'type'
  readonly entity: string
  readonly action: 'create' | 'drop' | 'execute' | 'terminate' | 'alter'
}

export interface Command {
  readonly id: CommandId
  readonly statement: string
  /** Overrides of the request, by canonical name. */
  readonly streamsProperties: Readonly<Record<string, string>>
  /** The server's configuration at the time. */
  readonly originalProperties: Readonly<Record<string, string>>
  readonly effects: readonly Effect[]
  /** What clients are told when it is done. */
  readonly message: string
  /** The query that it makes or changes. */
  readonly queryId: string | null
}

/** A command that a statement proposes, before it has its turn at the log. */
export interface CommandDraft {
  readonly id: CommandId
  readonly effects: readonly Effect[]
  /** What clients are told when it is done. */
  readonly message: string
  readonly queryId: string | null
  /** Made before the command is appended. */
  readonly topics: readonly TopicRequest[]
  /** Deleted by the server that took the statement, after the command was applied. */
  readonly deleteTopic: string | null
}

export interface CommandStatus {
  readonly status: 'QUEUED' | 'PARSING' | 'EXECUTING' | 'RUNNING' | 'TERMINATED' | 'SUCCESS' | 'ERROR'
  readonly message: string
  readonly queryId: string | null
}

export interface CommandRecord {
  readonly key: Buffer
  readonly value: Buffer
}

export const commandIdText = ({ type, entity, action }: CommandId): string => `${type}/${entity}/${action}`

export function encodeCommand(command: Command): CommandRecord {
  const { id, statement, streamsProperties, originalProperties, effects, message, queryId } = command
  const plan = { effects, message, queryId }
  const value = { version: COMMAND_VERSION, statement, streamsProperties, originalProperties, plan }
  return { key: Buffer.from(JSON.stringify(id)), value: Buffer.from(JSON.stringify(value)) }
}

/** Throws an Error that says what is wrong: an unknown version, or bytes that are no command. */
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
  return { id, statement, streamsProperties, originalProperties, ...plan }
}
