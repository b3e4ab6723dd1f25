/** CREATE FUNCTION, DROP FUNCTION, SHOW FUNCTIONS and DESCRIBE FUNCTION. See docs/functions-in-javascript.md. */
import { StatementError } from '../../errors.ts'
import type { FunctionDefinition } from '../../functions/definition.ts'
import { signatureText } from '../../functions/javascript/signature.ts'
import { planCreateFunction, planDropFunction } from '../../plan/statements/create-function.ts'
import type { CreateFunction, DropFunction } from '../../sql/ast/definitions.ts'
import type { DescribeFunction, ShowFunctions } from '../../sql/ast/show-statements.ts'
import type { Catalog } from '../commands/catalog.ts'
import { type CommandId, commandIdText } from '../commands/command.ts'
import { answer, atOnce, checked, command, inTurn, nothingToDo } from './handler.ts'

export const createFunction = inTurn<CreateFunction>((statement, { planning }) => {
  const planned = planCreateFunction(statement, planning)
  const name = statement.name.toUpperCase()
  if (planned === null) {
    return answer({ '@type': 'warning_entity', message: `Cannot add function ${name}: it exists already.` })
  }
  const { definition, overloads } = planned
  return command({
    id: { type: 'function', entity: name, action: 'create' },
    effects: [{ kind: 'putFunction', name, overloads }],
    message: `Function ${name}${signatureText(definition.parameters)} created, version ${definition.version}`,
  })
})

export const dropFunction = inTurn<DropFunction>((statement, { planning, catalog }) => {
  const name = statement.name.toUpperCase()
  const id: CommandId = { type: 'function', entity: name, action: 'drop' }
  const planned = planDropFunction(statement, planning)
  if (planned === null) return nothingToDo(commandIdText(id), `Function ${name} does not exist.`)
  refuseUsed(name, planned.dropped, catalog)
  return command({
    id,
    effects: [{ kind: 'putFunction', name, overloads: planned.left }],
    message: `Function ${name} was dropped.`,
  })
})

/** A query would continue with its own copy, but nobody could see any more what it calls. */
function refuseUsed(name: string, dropped: readonly FunctionDefinition[], { queries }: Catalog): void {
  const signatures = new Set(dropped.map(({ parameters }) => signatureText(parameters)))
  const isDropped = ({ name: used, parameters }: FunctionDefinition): boolean =>
    used === name && signatures.has(signatureText(parameters))
  const users = [...queries.values()]
    .filter(({ plan }) => plan.functions?.some(isDropped))
    .map(({ plan }) => plan.queryId)
  if (users.length === 0) return
  throw new StatementError(
    `Cannot drop function ${name}: the following queries call it: [${users.sort().join(', ')}].\n` +
      'You need to terminate them before dropping the function.',
  )
}

export const showFunctions = atOnce<ShowFunctions>((_statement, { planning }) => ({
  '@type': 'function_names',
  functions: planning.functions.list(),
}))

export const describeFunction = checked<DescribeFunction>(({ name }, { planning }) => {
  const description = planning.functions.describe(name)
  return () => ({ '@type': 'describe_function', ...description })
})
