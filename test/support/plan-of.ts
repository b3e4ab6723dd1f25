import type { RunningEngine } from '../../src/engine/engine.ts'
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts'
import { TestEngine, temporaryDirectory } from './engine.ts'

/** The plan of the query that the last of the statements makes. */
export async function planOf(...statements: readonly string[]): Promise<PhysicalPlan> {
  const directory = temporaryDirectory()
  const server = await TestEngine.open(directory.path)
  for (const statement of statements) await server.execute(statement)
  const query = [...(server.engine as unknown as RunningEngine).metered.catalog().queries.values()].at(-1)
  await server.close()
  directory.remove()
  return query!.plan
}
