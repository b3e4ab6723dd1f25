/** What several kinds of statements have in common. */
import type { Node } from './node.ts'
import type { Literal } from './query.ts'

export interface StatementNode extends Node {
  /** The statement's exact source text, without the closing semicolon. */
  readonly text: string
}

export type SourceKind = 'STREAM' | 'TABLE'

/** One entry of a WITH clause. `name`: upper-cased where it stands for itself; as written if it was a string literal. */
export interface Property extends Node {
  readonly name: string
  readonly value: Literal
}
