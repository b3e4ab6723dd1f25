/** What answers one kind of statement. A handler looks and plans; what it returns says what is to be done. */
import type { InsertContext } from '../../plan/statements/insert-values.ts'
import type { TopicRequest } from '../../plan/topic-request.ts'
import type { Statement } from '../../sql/ast.ts'
import type { Catalog, Effect } from '../commands/catalog.ts'
import type { CommandId } from '../commands/command.ts'
import type { Config } from '../config/config.ts'
import type { Entity } from '../describe/entities.ts'
import type { EngineParts } from '../parts.ts'
import type { Session } from '../session.ts'
import type { TopicSnapshot } from '../topics.ts'

/** The world as a statement sees it: the real one, or the sandbox that earlier statements of the request have changed. */
export interface Scope {
  readonly parts: EngineParts
  readonly session: Session
  readonly config: Config
  readonly catalog: Catalog
  readonly topics: TopicSnapshot
  readonly planning: InsertContext
  /** The sequence number that a command of this statement gets. */
  readonly sequence: number
}

type WithoutStatement<Kind> = Kind extends Entity ? Omit<Kind, 'statementText' | 'warnings'> : never

/** An entity before it is told which statement it answers. */
export type EntityBody = WithoutStatement<Entity>

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

export type Prepared =
  | ({ readonly kind: 'command' } & CommandDraft)
  /** Null: the statement has no answer. Not run in a sandbox. */
  | { readonly kind: 'answer'; readonly answer: () => EntityBody | null | Promise<EntityBody | null> }

export interface Handler<S extends Statement> {
  /** Whether it may give a command, and so must be prepared in its turn at the log. */
  readonly inTurn: boolean
  /** Throws StatementError. May change the session; changes nothing else. */
  readonly prepare: (statement: S, scope: Scope) => Prepared | Promise<Prepared>
}

export const inTurn = <S extends Statement>(prepare: Handler<S>['prepare']): Handler<S> => ({ inTurn: true, prepare })

export const atOnce = <S extends Statement>(
  answer: (statement: S, scope: Scope) => EntityBody | null | Promise<EntityBody | null>,
): Handler<S> => ({
  inTurn: false,
  prepare: (statement, scope) => ({ kind: 'answer', answer: () => answer(statement, scope) }),
})

/** For statements that must be refused or take effect already in the sandbox. */
export const checked = <S extends Statement>(
  prepare: (statement: S, scope: Scope) => Extract<Prepared, { kind: 'answer' }>['answer'],
): Handler<S> => ({
  inTurn: false,
  prepare: (statement, scope) => ({ kind: 'answer', answer: prepare(statement, scope) }),
})

export const command = (
  draft: Omit<CommandDraft, 'topics' | 'deleteTopic' | 'queryId'> & Partial<CommandDraft>,
): Prepared => ({ kind: 'command', topics: [], deleteTopic: null, queryId: null, ...draft })

export const answer = (body: EntityBody | null): Prepared => ({ kind: 'answer', answer: () => body })

/** The answer of a statement that found nothing to do: as if its command had succeeded. */
export const nothingToDo = (commandId: string, message: string): Prepared =>
  answer({
    '@type': 'currentStatus',
    commandId,
    commandStatus: { status: 'SUCCESS', message, queryId: null },
    commandSequenceNumber: -1,
  })
