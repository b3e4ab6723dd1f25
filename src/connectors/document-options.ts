/** Options of sinks that write JSON documents. */
import type { OptionDeclaration } from './options.ts'

export const COLUMN_NAMES: OptionDeclaration = {
  name: 'column.names',
  type: 'choice',
  default: 'exact',
  choices: ['exact', 'lower'],
  description: 'Whether fields are called as the columns are, mostly in upper case, or in lower case.',
}
