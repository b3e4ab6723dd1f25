/** Statements that define or drop streams, tables, types and functions, and those that insert. */
import type { Location } from '../../errors.ts'
import type { Node } from './node.ts'
import type { Expression, Literal, Query } from './query.ts'
import type { Property, SourceKind, StatementNode } from './statement-node.ts'
import type { TypeNode } from './types.ts'

export type ColumnRole = 'KEY' | 'PRIMARY KEY' | 'HEADERS' | 'HEADER'

export interface ColumnDefinition extends Node {
  readonly name: string
  readonly type: TypeNode
  /** Null for a value column. */
  readonly role: ColumnRole | null
  /** The header's key if `role` is HEADER, else null. */
  readonly headerKey: string | null
}

export interface CreateSource extends StatementNode {
  readonly kind: 'createSource'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  /** True for CREATE SOURCE STREAM/TABLE: read-only. */
  readonly isSource: boolean
  /** In the order written; empty if none were given. */
  readonly columns: readonly ColumnDefinition[]
  readonly properties: readonly Property[]
}

export interface CreateAs extends StatementNode {
  readonly kind: 'createAs'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly properties: readonly Property[]
  readonly query: Query
}

export interface InsertInto extends StatementNode {
  readonly kind: 'insertInto'
  readonly target: string
  /** Where the target's name stands; absent on nodes that were made and not parsed. */
  readonly targetLocation?: Location
  readonly properties: readonly Property[]
  readonly query: Query
}

export interface InsertValues extends StatementNode {
  readonly kind: 'insertValues'
  readonly target: string
  /** Empty if no column list was given. */
  readonly columns: readonly string[]
  /** Where each of `columns` stands; absent on nodes that were made and not parsed. */
  readonly columnLocations?: readonly Location[]
  /** One list of values for each row; at least one. */
  readonly rows: readonly (readonly Expression[])[]
}

export interface CreateType extends StatementNode {
  readonly kind: 'createType'
  readonly name: string
  readonly ifNotExists: boolean
  readonly type: TypeNode
}

export interface DropType extends StatementNode {
  readonly kind: 'dropType'
  readonly name: string
  readonly ifExists: boolean
}

/** `LAMBDA(INT, INT) => INT`: the type of a parameter that takes a lambda. */
export interface LambdaTypeNode extends Node {
  readonly kind: 'lambdaType'
  readonly parameters: readonly TypeNode[]
  readonly result: TypeNode
}

export interface FunctionParameter extends Node {
  /** As it is written, since the body uses it in that case. */
  readonly name: string
  readonly type: TypeNode | LambdaTypeNode
  readonly isVariadic: boolean
  /** Null: calls must give it. */
  readonly defaultValue: Literal | null
}

export interface ResultColumn extends Node {
  readonly name: string
  /** The name as it is written, by which a body may also give the column. */
  readonly writtenName: string
  readonly type: TypeNode
}

export interface CreateFunction extends StatementNode {
  readonly kind: 'createFunction'
  readonly orReplace: boolean
  readonly isAggregate: boolean
  readonly ifNotExists: boolean
  readonly name: string
  readonly parameters: readonly FunctionParameter[]
  /** The type of the result; for a table function its columns. */
  readonly returns: TypeNode | readonly ResultColumn[]
  /** Null if the statement does not say. */
  readonly language: string | null
  readonly isDeterministic: boolean
  readonly isStrict: boolean
  /** The columns in which an aggregate keeps its state; empty: as JSON. */
  readonly state: readonly ResultColumn[]
  readonly properties: readonly Property[]
  readonly body: string
}

/** Not in ksqlDB: a secondary index of a materialized table. */
export interface CreateIndex extends StatementNode {
  readonly kind: 'createIndex'
  readonly ifNotExists: boolean
  readonly name: string
  readonly table: PlacedName
  readonly columns: readonly PlacedName[]
}

/** A name with its own place in the statement. */
export interface PlacedName extends Node {
  readonly name: string
}

export interface DropIndex extends StatementNode {
  readonly kind: 'dropIndex'
  readonly ifExists: boolean
  readonly name: string
}

export interface DropFunction extends StatementNode {
  readonly kind: 'dropFunction'
  readonly name: string
  readonly ifExists: boolean
  /** The types of the overload; null for all overloads. */
  readonly parameterTypes: readonly TypeNode[] | null
}

export interface AddedColumn extends Node {
  readonly name: string
  readonly type: TypeNode
}

export interface AlterSource extends StatementNode {
  readonly kind: 'alterSource'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly columns: readonly AddedColumn[]
}

/** ALTER STREAM/TABLE ... AS SELECT: another query for a stream or table, with all that the statement does not name as it is. */
export interface AlterQuery extends StatementNode {
  readonly kind: 'alterQuery'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly properties: readonly Property[]
  readonly query: Query
}

export interface DropSource extends StatementNode {
  readonly kind: 'dropSource'
  readonly sourceKind: SourceKind
  readonly name: string
  readonly ifExists: boolean
  readonly deleteTopic: boolean
}
