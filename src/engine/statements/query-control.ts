/** TERMINATE, PAUSE and RESUME. See docs/sql.md#pause-resume-terminate. */
import { StatementError } from '../../errors.ts'
import type { QueryLink } from '../../metastore/metastore.ts'
import type { Pause, Resume, Terminate } from '../../sql/ast/session-statements.ts'
import { suggestion } from '../../suggest.ts'
import type { Effect, PersistentQuery } from '../commands/catalog.ts'
import { type CommandId, commandIdText } from '../commands/command.ts'
import type { Scope } from '../scope.ts'
import { command, inTurn, nothingToDo, type Prepared } from './handler.ts'
import { endOfVersion } from './query-versions.ts'

export const terminate = inTurn<Terminate>((statement, scope) => {
  const { queryId } = statement
  const transient = queryId === null ? undefined : scope.parts.transient.find(queryId)
  if (transient !== undefined) {
    return {
      kind: 'answer',
      answer: async () => {
        await transient.close()
        return { '@type': 'terminate_query', queryId: transient.queryId, wasTerminated: true }
      },
    }
  }
  return control(queryId, scope, {
    verb: 'terminate',
    message: 'Query terminated.',
    effects: (link) => [...endOfVersion(link, scope.catalog), { kind: 'stopQuery', queryId: link.queryId }],
  })
})

export const pause = inTurn<Pause>(({ queryId }, scope) =>
  control(queryId, scope, {
    verb: 'pause',
    message: 'Query paused.',
    effects: (link) => [{ kind: 'pauseQuery', queryId: link.queryId }],
  }),
)

export const resume = inTurn<Resume>(({ queryId }, scope) =>
  control(queryId, scope, {
    verb: 'resume',
    message: 'Query resumed.',
    effects: (link) => [{ kind: 'resumeQuery', queryId: link.queryId }],
  }),
)

interface Control {
  readonly verb: 'terminate' | 'pause' | 'resume'
  readonly message: string
  /** Throws StatementError for a query that cannot be controlled now. */
  readonly effects: (link: QueryLink) => Effect[]
}

function control(queryId: string | null, scope: Scope, { verb, message, effects }: Control): Prepared {
  const targets = queryId === null ? controllable(scope) : [target(queryId, verb, scope)]
  const controlled = queryId === null ? null : targets[0]!.link.queryId
  const id: CommandId = { type: verb, entity: controlled ?? 'ALL', action: 'execute' }
  if (targets.length === 0) return nothingToDo(commandIdText(id), message)
  return command({ id, effects: targets.flatMap(({ link }) => effects(link)), message, queryId: controlled })
}

/** All persistent queries but those that materialize source tables, which end with their table. */
const controllable = ({ catalog }: Scope): PersistentQuery[] =>
  [...catalog.queries.values()].filter(({ link }) => link.kind !== 'CREATE_SOURCE')

function target(queryId: string, verb: Control['verb'], { catalog }: Scope): PersistentQuery {
  const query = findQuery(queryId, catalog.queries)
  if (query === undefined) {
    const known = [...catalog.queries.keys()]
    throw new StatementError(
      `Unknown queryId: ${queryId}${known.length === 0 ? '' : `.${suggestion(queryId, known, { label: 'Existing' })}`}`,
    )
  }
  if (query.link.kind !== 'CREATE_SOURCE') return query
  throw new StatementError(
    `Cannot ${verb} query '${query.link.queryId}': it keeps the source table ${query.link.reads[0]} and goes when ` +
      'that is dropped.',
  )
}

/** Finds a query by its id, in either case. */
export function findQuery(queryId: string, queries: ReadonlyMap<string, PersistentQuery>): PersistentQuery | undefined {
  const exact = queries.get(queryId)
  if (exact !== undefined) return exact
  const wanted = queryId.toUpperCase()
  return [...queries.values()].find(({ link }) => link.queryId.toUpperCase() === wanted)
}
