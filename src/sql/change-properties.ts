/** Properties of WITH that belong to one change of a query, and not to the stream or table that the query writes. */
import type { Property } from './ast/statement-node.ts'

export const CHANGE_PROPERTIES = ['START', 'SWITCH'] as const

const NAMES: ReadonlySet<string> = new Set(CHANGE_PROPERTIES)

/** The properties with which the stream or table is defined: those that remain when a change is done. */
export const definingProperties = (properties: readonly Property[]): Property[] =>
  properties.filter(({ name }) => !NAMES.has(name.toUpperCase()))
