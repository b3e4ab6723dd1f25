// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dialect are written like this
import { expect, it } from 'vitest'
import { undefinedVariables } from '../../../src/cli/undefined-variables.ts'

const VARIABLES = new Map([['KNOWN', 'x']])

it.each([
  ['SELECT ${a}, ${known}, ${a} FROM ${b};', ['a', 'b']],
  ["SELECT '${a}' FROM s; -- ${b}", ['a']],
  ['SELECT $${a} FROM s;', []],
  ['CREATE FUNCTION f() RETURNS STRING LANGUAGE JAVASCRIPT AS $$ `${a}` $$;', []],
  ['CREATE FUNCTION ${f}() RETURNS STRING LANGUAGE JAVASCRIPT AS $x$ `${a}` $x$;', ['f']],
])('%s', (statement, names) => {
  expect(undefinedVariables(statement, VARIABLES)).toEqual(names)
})
