/** Statements that run or control queries, and those that change the settings of a session or of the server. */
import type { Query } from './query.ts'
import type { StatementNode } from './statement-node.ts'

export interface QueryStatement extends StatementNode {
  readonly kind: 'query'
  readonly query: Query
}

/** `queryId`: as written, even if bare (ids of transient queries hold lower case), to be matched in any case; null for ALL. */
export interface Terminate extends StatementNode {
  readonly kind: 'terminate'
  readonly queryId: string | null
}

/** APPLY: the new version of a stream's or table's query may take the place of the running one. */
export interface ApplyVersion extends StatementNode {
  readonly kind: 'applyVersion'
  readonly name: string
}

/** ROLLBACK: the new version is dropped, or the former one takes its place again. */
export interface RollbackVersion extends StatementNode {
  readonly kind: 'rollbackVersion'
  readonly name: string
}

export interface Pause extends StatementNode {
  readonly kind: 'pause'
  readonly queryId: string | null
}

/** `queryId`: as written, even if bare (ids of transient queries hold lower case), to be matched in any case; null for ALL. */
export interface Resume extends StatementNode {
  readonly kind: 'resume'
  readonly queryId: string | null
}

export interface SetProperty extends StatementNode {
  readonly kind: 'set'
  readonly name: string
  readonly value: string
}

export interface UnsetProperty extends StatementNode {
  readonly kind: 'unset'
  readonly name: string
}

export interface AlterSystem extends StatementNode {
  readonly kind: 'alterSystem'
  readonly name: string
  readonly value: string
}

export interface DefineVariable extends StatementNode {
  readonly kind: 'define'
  readonly name: string
  readonly value: string
}

export interface UndefineVariable extends StatementNode {
  readonly kind: 'undefine'
  readonly name: string
}
