/** The order in which definitions can be made: what a definition needs comes before it. */
import { type Definition, namesRead } from './definition.ts'
import { DeployError } from './deploy-error.ts'

const RANKS = { type: 0, function: 1, source: 3, query: 3, insert: 3, index: 4 } as const

/** A source makes the topic that a stream is created over; a sink reads a stream. */
const rankOf = ({ kind, statement }: Definition): number =>
  kind !== 'connector' ? RANKS[kind] : statement.kind === 'createBuiltInConnector' && statement.from === null ? 2 : 4

/** The order of the files is kept among definitions that do not need each other. Throws DeployError for a cycle, with its names. */
export function inOrder(definitions: readonly Definition[]): Definition[] {
  const ranked = definitions.toSorted((a, b) => rankOf(a) - rankOf(b))
  const sources = new Map(
    ranked.filter(({ kind }) => kind === 'source' || kind === 'query').map((one) => [one.name, one]),
  )
  const done = new Set<Definition>()
  const visit = (definition: Definition, path: readonly Definition[]): void => {
    if (done.has(definition)) return
    if (path.includes(definition)) throw cycle([...path.slice(path.indexOf(definition)), definition])
    for (const name of neededBy(definition)) {
      const needed = sources.get(name)
      if (needed !== undefined) visit(needed, [...path, definition])
    }
    done.add(definition)
  }
  for (const definition of ranked) visit(definition, [])
  return [...done]
}

/** Names of the streams and tables that must be there first. */
function neededBy({ statement }: Definition): readonly string[] {
  if (statement.kind === 'createAs') return [...namesRead(statement.query)]
  if (statement.kind === 'insertInto') return [statement.target, ...namesRead(statement.query)]
  if (statement.kind === 'createIndex') return [statement.table.name]
  return statement.kind === 'createBuiltInConnector' && statement.from !== null ? [statement.from] : []
}

const cycle = (path: readonly Definition[]): DeployError =>
  new DeployError(
    `These definitions need each other: ${path.map(({ name, place }) => `${name} (${place})`).join(' reads ')}. ` +
      'No order makes them: let one of them read something else.',
  )
