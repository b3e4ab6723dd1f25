/** The handler of one kind of statement. It looks and plans; what it returns says what is to be done. */
import type { Statement } from '../../sql/ast/statement.ts'
import type { CommandDraft } from '../commands/command.ts'
import type { Entity } from '../describe/entities.ts'
import type { Scope, TopicScope } from '../scope.ts'

type WithoutStatement<Kind> = Kind extends Entity ? Omit<Kind, 'statementText' | 'warnings'> : never

/** An entity without the statement that it answers. `warnings`: what the reader of the answer should know besides. */
export type EntityBody = WithoutStatement<Entity> & { readonly warnings?: readonly string[] }

export type Prepared =
  | ({ readonly kind: 'command'; readonly warnings: () => Promise<readonly string[]> } & CommandDraft)
  /** `answer` is not called in a sandbox; null: the statement has no answer. */
  | { readonly kind: 'answer'; readonly answer: () => EntityBody | null | Promise<EntityBody | null> }

export interface Handler<S extends Statement> {
  /** Whether it may become a command and so must be prepared in its turn at the log. */
  readonly inTurn: boolean
  /** Whether it plans over topics, which are then listed for it. */
  readonly readsTopics: boolean
  /** Throws StatementError. May change the session; changes nothing else. */
  readonly prepare: (statement: S, scope: TopicScope) => Prepared | Promise<Prepared>
}

/** For statements that become commands. */
export const inTurn = <S extends Statement>(
  prepare: (statement: S, scope: Scope) => Prepared | Promise<Prepared>,
): Handler<S> => ({ inTurn: true, readsTopics: false, prepare })

/** For statements that become commands and plan over topics: the scope of others has none. */
export const inTurnOverTopics = <S extends Statement>(prepare: Handler<S>['prepare']): Handler<S> => ({
  inTurn: true,
  readsTopics: true,
  prepare,
})

/** For statements that only read. */
export const atOnce = <S extends Statement>(
  answer: (statement: S, scope: Scope) => EntityBody | null | Promise<EntityBody | null>,
): Handler<S> => ({
  inTurn: false,
  readsTopics: false,
  prepare: (statement, scope) => ({ kind: 'answer', answer: () => answer(statement, scope) }),
})

/** For statements whose checks or effects on the session belong to the sandbox too. */
export const checked = <S extends Statement>(
  prepare: (statement: S, scope: Scope) => Extract<Prepared, { kind: 'answer' }>['answer'],
): Handler<S> => ({
  inTurn: false,
  readsTopics: false,
  prepare: (statement, scope) => ({ kind: 'answer', answer: prepare(statement, scope) }),
})

type Answer = Extract<Prepared, { kind: 'answer' }>['answer']

/** As `checked`, for statements that plan over topics. */
export const checkedOverTopics = <S extends Statement>(
  prepare: (statement: S, scope: TopicScope) => Answer | Promise<Answer>,
): Handler<S> => ({
  inTurn: false,
  readsTopics: true,
  prepare: async (statement, scope) => ({ kind: 'answer', answer: await prepare(statement, scope) }),
})

/** As `checked`, for statements that another service checks, too. */
export const checkedRemotely = <S extends Statement>(
  prepare: (statement: S, scope: Scope) => Promise<Answer>,
): Handler<S> => ({
  inTurn: false,
  readsTopics: false,
  prepare: async (statement, scope) => ({ kind: 'answer', answer: await prepare(statement, scope) }),
})

/**
 * A command; `draft` leaves out what does not apply. `warnings` for the answer are computed before the command is appended, and not in a
 * sandbox.
 */
export const command = (
  draft: Omit<CommandDraft, 'topics' | 'registrations' | 'deleteTopic' | 'deleteSubjects' | 'queryId'> &
    Partial<CommandDraft>,
  warnings: () => Promise<readonly string[]> = async () => [],
): Prepared => ({
  kind: 'command',
  topics: [],
  registrations: [],
  deleteTopic: null,
  deleteSubjects: [],
  queryId: null,
  ...draft,
  warnings,
})

/** An answer that is already known. */
export const answer = (body: EntityBody | null): Prepared => ({ kind: 'answer', answer: () => body })

/** The answer of a statement that finds nothing to do, as if its command had succeeded. */
export const nothingToDo = (commandId: string, message: string): Prepared =>
  answer({
    '@type': 'currentStatus',
    commandId,
    commandStatus: { status: 'SUCCESS', message, queryId: null },
    commandSequenceNumber: -1,
  })
