/** SET, UNSET, DEFINE, UNDEFINE, SHOW VARIABLES: they affect the request alone. See docs/sql.md#set-define. */
import type { DefineVariable, SetProperty, UndefineVariable, UnsetProperty } from '../../sql/ast/session-statements.ts'
import type { ShowVariables } from '../../sql/ast/show-statements.ts'
import { checked } from './handler.ts'

const nothing = () => null

export const set = checked<SetProperty>(({ name, value }, { session }) => {
  session.set(name, value)
  return nothing
})

export const unset = checked<UnsetProperty>(({ name }, { session }) => {
  session.unset(name)
  return nothing
})

export const define = checked<DefineVariable>(({ name, value }, { session }) => {
  session.define(name, value)
  return nothing
})

export const undefine = checked<UndefineVariable>(({ name }, { session }) => {
  if (session.undefine(name)) return nothing
  return () => ({
    '@type': 'warning_entity',
    message: `Cannot undefine variable '${name}' which was never defined`,
  })
})

export const showVariables = checked<ShowVariables>((_statement, { session }) => {
  const variables = [...session.variables].map(([name, value]) => ({ name, value }))
  return () => ({ '@type': 'variables', variables })
})
