/** CREATE INDEX, DROP INDEX and SHOW INDEXES. See docs/sql.md#indexes. */
import { StatementError } from '../../errors.ts'
import { describeIndex, planCreateIndex } from '../../plan/statements/create-index.ts'
import type { CreateIndex, DropIndex } from '../../sql/ast/definitions.ts'
import type { ShowIndexes } from '../../sql/ast/show-statements.ts'
import { didYouMean } from '../../suggest.ts'
import { type CommandId, commandIdText } from '../commands/command.ts'
import { keeperOf } from '../commands/table-keeper.ts'
import { indexListings } from '../describe/index-listings.ts'
import { answer, atOnce, command, inTurn, nothingToDo } from './handler.ts'
import { checkNoReplacement } from './query-versions.ts'

export const createIndex = inTurn<CreateIndex>((statement, { catalog }) => {
  const { name, table } = statement
  const planOf = (of: string) => keeperOf(of, catalog)?.plan ?? null
  const index = planCreateIndex(statement, catalog.metastore, planOf)
  if (index === null)
    return answer({ '@type': 'warning_entity', message: `Cannot add index ${name}: it exists already.` })
  checkNoReplacement(table.name, catalog)
  return command({
    id: { type: 'index', entity: name, action: 'create' },
    effects: [{ kind: 'putIndex', index }],
    message: `Index ${name} created on ${describeIndex(index)}`,
  })
})

export const dropIndex = inTurn<DropIndex>(({ name, ifExists, location }, { catalog: { metastore } }) => {
  const id: CommandId = { type: 'index', entity: name, action: 'drop' }
  if (!metastore.indexes.has(name)) {
    const message = `Index ${name} does not exist.`
    if (ifExists) return nothingToDo(commandIdText(id), message)
    throw new StatementError(`${message}${didYouMean(name, metastore.indexes.keys())}`, { location })
  }
  return command({ id, effects: [{ kind: 'removeIndex', name }], message: `Index ${name} was dropped.` })
})

export const showIndexes = atOnce<ShowIndexes>((_statement, { catalog, parts }) => ({
  '@type': 'index_list',
  indexes: indexListings([...catalog.metastore.indexes.values()], catalog, parts),
}))
