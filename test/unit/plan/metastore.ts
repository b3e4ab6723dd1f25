/** A metastore made by statements, for tests of rules that read one. */
import { untimedBudget } from '../../../src/functions/budget.ts'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { EMPTY_METASTORE, type Metastore, putQuery, putSource, putType } from '../../../src/metastore/metastore.ts'
import { planCreateAs } from '../../../src/plan/queries/persistent-query.ts'
import type { PullContext } from '../../../src/plan/queries/pull-query.ts'
import { planCreateSource } from '../../../src/plan/statements/create-source.ts'
import { planCreateType } from '../../../src/plan/statements/custom-type.ts'
import type { Statement } from '../../../src/sql/ast/statement.ts'
import { parseStatements } from '../../../src/sql/parse.ts'

const functions = createRegistry(BUILT_IN_FUNCTIONS)

export function contextOf(metastore: Metastore, config: Readonly<Record<string, string>> = {}): PullContext {
  return {
    metastore,
    functions,
    functionContext: { now: () => 0, random: () => 0.5, config: () => undefined, budget: untimedBudget() },
    partitions: () => 1,
    config: (name) => config[name],
  }
}

/** The only statement of `sql`, which needs no semicolon. */
export function statement<Kind extends Statement['kind']>(kind: Kind, sql: string): Extract<Statement, { kind: Kind }> {
  const [parsed] = parseStatements(`${sql};`)
  if (parsed?.kind !== kind) throw new Error(`${sql} is a ${parsed?.kind}`)
  return parsed as Extract<Statement, { kind: Kind }>
}

/** What CREATE statements leave; queries are called after their sinks. */
export function metastoreOf(...statements: readonly string[]): Metastore {
  let metastore = EMPTY_METASTORE
  for (const sql of statements) {
    const [parsed] = parseStatements(`${sql};`)
    if (parsed?.kind === 'createSource') {
      metastore = putSource(metastore, planCreateSource(parsed, contextOf(metastore)).source)
    } else if (parsed?.kind === 'createType') {
      metastore = putType(metastore, parsed.name, planCreateType(parsed, metastore)!)
    } else if (parsed?.kind === 'createAs') {
      const { source, plan } = planCreateAs(parsed, `Q_${parsed.name}`, contextOf(metastore))
      const link = { queryId: plan.queryId, kind: 'CREATE_AS', reads: plan.sources, writes: source.name } as const
      metastore = putQuery(putSource(metastore, source), link)
    } else {
      throw new Error(`${sql} makes nothing`)
    }
  }
  return metastore
}
