/** DROP CONNECTOR of a built-in connector. */
import type { DropConnector } from '../../sql/ast/connector-statements.ts'
import type { CommandDraft } from '../commands/command.ts'
import type { Scope } from '../scope.ts'

type Draft = Pick<CommandDraft, 'id' | 'effects' | 'message'>

/** Null: there is no built-in connector of the name. */
export function dropBuiltIn({ name }: DropConnector, { catalog }: Pick<Scope, 'catalog'>): Draft | null {
  if (!catalog.connectors.has(name)) return null
  return {
    id: { type: 'connector', entity: name, action: 'drop' },
    effects: [{ kind: 'removeConnector', name }],
    message: `Dropped connector "${name}"`,
  }
}
