/** Expressions over rows that hold the results of parts of them. */
import type { Expression } from '../../sql/ast/query.ts'
import { rewrite, withoutLocations } from '../../sql/walk.ts'

/** Puts columns in the place of what they hold. `names`: of the columns, by the text of the expression (`withoutLocations`). */
export const readingColumns =
  (names: ReadonlyMap<string, string>): ((expression: Expression) => Expression) =>
  (expression) =>
    rewrite(expression, (node) => {
      const name = names.get(withoutLocations(node))
      return name === undefined
        ? null
        : { kind: 'columnReference', qualifier: null, name, ...(node.location && { location: node.location }) }
    })
