/** DROP STREAM/TABLE [DELETE TOPIC]. See docs/sql.md#alter-and-drop. */
import { StatementError } from '../../errors.ts'
import { sinkRegistrations } from '../../plan/schema-registration.ts'
import { planDropSource } from '../../plan/statements/drop-source.ts'
import type { DropSource } from '../../sql/ast/definitions.ts'
import { quoteName } from '../../types/sql-type.ts'
import type { Catalog } from '../commands/catalog.ts'
import { commandIdText, sourceCommandId } from '../commands/command.ts'
import { command, inTurn, nothingToDo } from './handler.ts'
import { checkNoReplacement } from './query-versions.ts'

export const dropSource = inTurn<DropSource>((statement, { catalog }) => {
  checkNoReplacement(statement.name, catalog)
  checkVersions(statement, catalog)
  const planned = planDropSource(statement, catalog.metastore)
  const id = sourceCommandId({ kind: statement.sourceKind, name: statement.name }, 'drop')
  if (planned === null) return nothingToDo(commandIdText(id), `Source ${statement.name} does not exist.`)
  const { source, queryIds, deleteTopic } = planned
  checkSinks(source.name, statement, catalog)
  return command({
    id,
    effects: [
      ...versionsOf(source.name, catalog).map((sink) => ({ kind: 'dropVersion', sink }) as const),
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

/** A new version that is being built may read what no running query reads. */
function checkVersions({ name, location }: DropSource, { replacements }: Catalog): void {
  for (const [sink, { phase, version }] of replacements) {
    if (phase === 'kept' || !version.link.reads.includes(name)) continue
    throw new StatementError(
      `Cannot drop ${name}. It is read by ${version.link.queryId}, a new version of ${sink}. ROLLBACK ${quoteName(sink)} drops that.`,
      { location },
    )
  }
}

/** Streams and tables with a former version that cannot run any more when the source is gone. */
const versionsOf = (name: string, { replacements }: Catalog): string[] =>
  [...replacements]
    .filter(([sink, { version }]) => sink === name || version.link.reads.includes(name))
    .map(([sink]) => sink)
