/** CREATE TYPE, DROP TYPE, SHOW TYPES. See docs/sql.md#types. */
import { planCreateType, planDropType } from '../../plan/statements/custom-type.ts'
import type { CreateType, DropType } from '../../sql/ast/definitions.ts'
import type { ShowTypes } from '../../sql/ast/show-statements.ts'
import { formatType } from '../../types/sql-type.ts'
import { type CommandId, commandIdText } from '../commands/command.ts'
import { schemaInfo } from '../describe/schema-info.ts'
import { answer, atOnce, command, inTurn, nothingToDo } from './handler.ts'

export const createType = inTurn<CreateType>((statement, { catalog }) => {
  const type = planCreateType(statement, catalog.metastore)
  const { name } = statement
  if (type === null) {
    const existing = catalog.metastore.types.get(name)!
    return answer({
      '@type': 'warning_entity',
      message: `Type '${name}' is already registered with type: ${formatType(existing)}`,
    })
  }
  return command({
    id: { type: 'type', entity: name, action: 'create' },
    effects: [{ kind: 'putType', name, type }],
    message: `Registered custom type with name '${name}' and SQL type ${formatType(type)}`,
  })
})

export const dropType = inTurn<DropType>((statement, { catalog }) => {
  const { name } = statement
  const id: CommandId = { type: 'type', entity: name, action: 'drop' }
  if (!planDropType(statement, catalog.metastore))
    return nothingToDo(commandIdText(id), `Type '${name}' does not exist`)
  return command({ id, effects: [{ kind: 'removeType', name }], message: `Dropped type '${name}'` })
})

export const showTypes = atOnce<ShowTypes>((_statement, { catalog }) => ({
  '@type': 'type_list',
  types: Object.fromEntries([...catalog.metastore.types].map(([name, type]) => [name, schemaInfo(type)])),
}))
