/** Statements that change the session and never reach the server. The wording is that of ksqlDB's command line. */
import type { Statement } from '../sql/ast/statement.ts'
import type { Session } from './cli-session.ts'
import { ClientError } from './client/client-error.ts'

/** Returns the text for the user; null: there is none. `text`: the statement as it was typed. */
type LocalStatement = (statement: Statement, session: Session, text: string) => string | null

/** SET: overrides a property for the session. */
export const setProperty: LocalStatement = (statement, { properties }) => {
  if (statement.kind !== 'set') return null
  const { name, value } = statement
  const old = properties.get(name)
  properties.set(name, value)
  return old === undefined
    ? `Successfully changed local property '${name}' to '${value}'. Use the UNSET command to revert your change.`
    : `Successfully changed local property '${name}' from '${old}' to '${value}'.`
}

/** UNSET. Throws a ClientError for a property that was not set. */
export const unsetProperty: LocalStatement = (statement, { properties }) => {
  if (statement.kind !== 'unset') return null
  const { name } = statement
  const old = properties.get(name)
  if (old === undefined)
    throw new ClientError(`Cannot unset local property '${name}' which was never set in the first place`)
  properties.delete(name)
  return `Successfully unset local property '${name}' (value was '${old}').`
}

/** Names of variables are case-insensitive. */
export const defineVariable: LocalStatement = (statement, { variables }) => {
  if (statement.kind === 'define') variables.set(statement.name.toUpperCase(), statement.value)
  return null
}

/** UNDEFINE. The parser knows names in upper case only, so a message takes the name from the text. */
export const undefineVariable: LocalStatement = (statement, { variables }, text) => {
  if (statement.kind !== 'undefine') return null
  if (variables.delete(statement.name.toUpperCase())) return null
  const [, name = statement.name] = /^\s*undefine\s+([^\s;]+)/i.exec(text) ?? []
  return `Cannot undefine variable '${name}' which was never defined.`
}
