/** A statement of a folder that defines something by name, as `millrace plan` and `millrace apply` compare it with what a server has. */
import type { Statement } from '../../sql/ast/statement.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import { definingProperties } from '../../sql/change-properties.ts'
import { formatStatement } from '../../sql/format-statement.ts'

export type DefinitionKind = 'type' | 'function' | 'source' | 'query' | 'insert' | 'connector' | 'index'

export interface Definition {
  readonly kind: DefinitionKind
  /** As the server has it. INSERT INTO has none, and is named for what it writes and reads. */
  readonly name: string
  readonly statement: Defining
  /** Settings of the file at this place. */
  readonly properties: Readonly<Record<string, string>>
  /** File and line, for messages. */
  readonly place: string
}

/** Statements that a folder may hold, besides SET and UNSET. */
export type Defining = Extract<
  Statement,
  {
    kind:
      | 'createType'
      | 'createFunction'
      | 'createSource'
      | 'createAs'
      | 'insertInto'
      | 'createBuiltInConnector'
      | 'createIndex'
  }
>

const KINDS: { readonly [Kind in Defining['kind']]: DefinitionKind } = {
  createType: 'type',
  createFunction: 'function',
  createSource: 'source',
  createAs: 'query',
  insertInto: 'insert',
  createBuiltInConnector: 'connector',
  createIndex: 'index',
}

export const isDefining = (statement: Statement): statement is Defining => Object.hasOwn(KINDS, statement.kind)

export const kindOf = ({ kind }: Defining): DefinitionKind => KINDS[kind]

/** The statement in one form, so that two texts of one definition are equal. */
export function canonical(statement: Defining): string {
  switch (statement.kind) {
    case 'createSource':
    case 'createAs':
      return formatStatement({
        ...statement,
        orReplace: false,
        ifNotExists: false,
        properties: sorted(definingProperties(statement.properties)),
      })
    case 'createFunction':
      return formatStatement({ ...statement, orReplace: false, ifNotExists: false })
    case 'insertInto':
      return formatStatement(statement)
    case 'createType':
    case 'createIndex':
      return formatStatement({ ...statement, ifNotExists: false })
    case 'createBuiltInConnector':
      return formatStatement({ ...statement, ifNotExists: false, properties: sorted(statement.properties) })
  }
}

const sorted = (properties: readonly Property[]): Property[] =>
  properties
    .map((property) => ({ ...property, name: property.name.toUpperCase() }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

export const nameOf = (statement: Defining): string =>
  statement.kind === 'insertInto'
    ? `${statement.target} from ${[...namesRead(statement.query)].join(', ')}`
    : statement.name

/** Names of streams and tables that a part of a statement reads. */
export function namesRead(part: unknown): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { kind, name } = value as { readonly kind?: unknown; readonly name?: unknown }
    if (kind === 'source' && typeof name === 'string') names.add(name)
    for (const item of Object.values(value)) visit(item)
  }
  visit(part)
  return names
}
