/** The commands that list what exists, as psql has them. */
import { runStatement } from '../run-statement.ts'
import type { BuiltInCommand } from './built-in-command.ts'

/** Lists by statements; with a name, what DESCRIBE or EXPLAIN says of it. */
const LISTS: readonly (readonly [name: string, what: string, statements: readonly string[], one: string])[] = [
  ['\\d', 'streams and tables', ['SHOW STREAMS;', 'SHOW TABLES;'], 'DESCRIBE'],
  ['\\ds', 'streams', ['SHOW STREAMS;'], 'DESCRIBE'],
  ['\\dt', 'tables', ['SHOW TABLES;'], 'DESCRIBE'],
  ['\\dq', 'queries', ['SHOW QUERIES;'], 'EXPLAIN'],
  ['\\df', 'functions', ['SHOW FUNCTIONS;'], 'DESCRIBE FUNCTION'],
  ['\\dc', 'connectors', ['SHOW CONNECTORS;'], 'DESCRIBE CONNECTOR'],
]

const list = ([name, what, statements, one]: (typeof LISTS)[number]): BuiltInCommand => ({
  name,
  usage: `${name} [NAME]`,
  help: `Lists ${what}, or describes one.`,
  async run(argument, { run }) {
    const described = argument === '' ? statements : [`${one} ${argument};`]
    for (const statement of described) await runStatement(statement, run)
    return undefined
  },
})

export const LIST_COMMANDS: readonly BuiltInCommand[] = LISTS.map(list)
