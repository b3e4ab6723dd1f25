/** Options of sinks that write JSON documents. */
import type { DocumentOptions } from './documents.ts'
import type { OptionDeclaration, Options } from './options.ts'

export const COLUMN_NAMES: OptionDeclaration = {
  name: 'column.names',
  type: 'choice',
  default: 'exact',
  choices: ['exact', 'lower'],
  description:
    'Whether fields have the exact names of the columns, usually in upper case, or their names in lower case.',
}

/** The value of the option `column.names`, whatever its default. */
export const columnNames = (options: Options) => options.text('column.names') as DocumentOptions['names']
