/** The options that a statement gives, with their places for errors. */
import { OptionError } from '../../connectors/options.ts'
import type { Location } from '../../errors.ts'
import { StatementError } from '../../errors.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import { literalText } from '../../sql/format.ts'

export interface Given {
  readonly text: string
  readonly property: Property
}

/** A statement with options. */
export interface WithOptions {
  readonly properties: readonly Property[]
  readonly location?: Location | undefined
}

/** Names of options in lower case, as they are declared. */
export function optionsGiven({ properties }: WithOptions): Map<string, Given> {
  return new Map(
    properties.map((property) => [property.name.toLowerCase(), { text: literalText(property.value), property }]),
  )
}

/** Runs `work`; errors of options become those of the statement, with the place of the option. */
export function checkedOptions<Result>(statement: WithOptions, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const { properties, location } = statement
    const atFault = properties.find(({ name }) => name.toLowerCase() === error.option)
    throw new StatementError(error.message, { location: atFault?.location ?? location, cause: error })
  }
}
