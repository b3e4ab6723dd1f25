/** TERMINATE, PAUSE and RESUME. See docs/sql.md#pause-resume-terminate. */
import { StatementError } from '../../errors.ts'
import type { Pause, Resume, Terminate } from '../../sql/ast/session-statements.ts'
import { suggestion } from '../../suggest.ts'
import type { Effect, PersistentQuery } from '../commands/catalog.ts'
import { type CommandId, commandIdText } from '../commands/command.ts'
import type { Scope } from '../scope.ts'
import { command, inTurn, nothingToDo, type Prepared } from './handler.ts'
import { checkNoReplacement, droppedVersion } from './query-versions.ts'

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
    type: 'terminate',
    verb: 'terminate',
    message: 'Query terminated.',
    effect: (id) => ({ kind: 'stopQuery', queryId: id }),
  })
})

export const pause = inTurn<Pause>(({ queryId }, scope) =>
  control(queryId, scope, {
    type: 'pause',
    verb: 'pause',
    message: 'Query paused.',
    effect: (id) => ({ kind: 'pauseQuery', queryId: id }),
  }),
)

export const resume = inTurn<Resume>(({ queryId }, scope) =>
  control(queryId, scope, {
    type: 'resume',
    verb: 'resume',
    message: 'Query resumed.',
    effect: (id) => ({ kind: 'resumeQuery', queryId: id }),
  }),
)

interface Control {
  readonly type: CommandId['type']
  readonly verb: string
  readonly message: string
  readonly effect: (queryId: string) => Effect
}

function control(queryId: string | null, scope: Scope, { type, verb, message, effect }: Control): Prepared {
  const targets = queryId === null ? controllable(scope) : [target(queryId, verb, scope)]
  if (type === 'terminate') for (const { link } of targets) checkNoReplacement(link.writes ?? '', scope.catalog)
  const dropped = type === 'terminate' ? targets.flatMap(({ link }) => droppedVersion(link, scope.catalog)) : []
  const ids = targets.map(({ link }) => link.queryId)
  const id: CommandId = { type, entity: queryId === null ? 'ALL' : ids[0]!, action: 'execute' }
  if (ids.length === 0) return nothingToDo(commandIdText(id), message)
  return command({ id, effects: [...dropped, ...ids.map(effect)], message, queryId: queryId === null ? null : ids[0]! })
}

/** All persistent queries but those that materialize source tables, which end with their table. */
const controllable = ({ catalog }: Scope): PersistentQuery[] =>
  [...catalog.queries.values()].filter(({ link }) => link.kind !== 'CREATE_SOURCE')

function target(queryId: string, verb: string, { catalog }: Scope): PersistentQuery {
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
