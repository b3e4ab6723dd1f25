/** DROP STREAM/TABLE [DELETE TOPIC]. See docs/sql.md#alter-and-drop. */
import { StatementError } from '../../errors.ts'
import { sinkRegistrations } from '../../plan/schema-registration.ts'
import { planDropSource } from '../../plan/statements/drop-source.ts'
import type { DropSource } from '../../sql/ast.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { Catalog } from '../commands/catalog.ts'
import { type CommandId, commandIdText } from '../commands/command.ts'
import { command, inTurn, nothingToDo } from './handler.ts'

export const dropSource = inTurn<DropSource>((statement, { catalog }) => {
  const planned = planDropSource(statement, catalog.metastore)
  const id: CommandId = {
    type: statement.sourceKind === 'STREAM' ? 'stream' : 'table',
    entity: quoteName(statement.name),
    action: 'drop',
  }
  if (planned !== null) checkSinks(planned.source.name, statement, catalog)
  if (planned === null) return nothingToDo(commandIdText(id), `Source ${statement.name} does not exist.`)
  const { source, queryIds, deleteTopic } = planned
  return command({
    id,
    effects: [
      ...queryIds.map((queryId) => ({ kind: 'stopQuery', queryId }) as const),
      { kind: 'removeSource', name: source.name },
    ],
    message: `Source ${source.name} (topic: ${source.topic}) was dropped.`,
    deleteTopic,
    deleteSubjects: deleteTopic === null ? [] : sinkRegistrations(source).map(({ subject }) => subject),
  })
})

/** As with queries: what reads the source goes first. */
function checkSinks(name: string, { location }: DropSource, { connectors }: Catalog): void {
  const readers = [...connectors.values()].filter(({ spec }) => spec.source?.name === name).map(({ spec }) => spec.name)
  if (readers.length === 0) return
  throw new StatementError(
    `Cannot drop ${name}. The following connectors read from this source: [${readers.join(', ')}]. ` +
      'You need to drop them before dropping this source.',
    { location },
  )
}
