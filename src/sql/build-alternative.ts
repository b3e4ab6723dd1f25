/** The alternatives of a rule of the grammar, each with its builder. */
import type { Location } from '../errors.ts'
import type { Statement } from './ast/statement.ts'

/** What every statement carries: where it starts and its text, without the semicolon. */
export interface Base {
  readonly text: string
  readonly location: Location
}

type Alternatives<Children, Common extends keyof Children> = Exclude<keyof Children, Common>
type NodeOf<Children, Name extends keyof Children> =
  NonNullable<Children[Name]> extends readonly (infer Node)[] ? Node : never

/** A builder for each alternative, by its name in the tree. An alternative that the grammar has and the table has not does not compile. */
export type Builders<Children, Common extends keyof Children, Result = Statement> = {
  readonly [Name in Alternatives<Children, Common>]-?: (node: NodeOf<Children, Name>, base: Base) => Result
}

/** Builds the alternative that was parsed. `Common`: the parts of the rule that stand before or behind its alternatives. */
export function buildAlternative<Children, Common extends keyof Children, Result>(
  children: Children,
  builders: Builders<Children, Common, Result>,
  base: Base,
): Result {
  for (const name of Object.keys(builders) as Alternatives<Children, Common>[]) {
    const nodes = children[name] as readonly NodeOf<Children, typeof name>[] | undefined
    if (nodes !== undefined) return builders[name](nodes[0]!, base)
  }
  throw new Error(`None of ${Object.keys(builders).join(', ')} was parsed`)
}
