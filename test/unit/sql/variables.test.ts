// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the dialect are written like this
import { describe, expect, it } from 'vitest'
import { substituteVariables } from '../../../src/sql/variables.ts'

const substitute = (text: string, values: Record<string, string>) =>
  substituteVariables(text, new Map(Object.entries(values)))

describe('substituteVariables', () => {
  it('replaces names, numbers and values inside strings, in any case of the name', () => {
    expect(
      substitute("CREATE STREAM ${Name} WITH (topic='x_${topic}', partitions=${n});", {
        NAME: 'orders',
        topic: 'y',
        n: '3',
      }),
    ).toBe("CREATE STREAM orders WITH (topic='x_y', partitions=3);")
  })

  it('leaves unknown variables, comments and escaped references as they are', () => {
    expect(substitute("${unknown} '${unknown}' -- ${x}\n $${x} '$${x}'", { x: '1' })).toBe(
      "${unknown} '${unknown}' -- ${x}\n ${x} '${x}'",
    )
  })

  it('keeps the quotes of a quoted value where it stands alone and drops them inside quotes', () => {
    expect(substitute("${x} '${x}'", { x: "'it''s'" })).toBe("'it''s' 'it''s'")
  })

  it('cannot end the quotes that a value is put into', () => {
    expect(substitute('\'${x}\' "${x}"', { x: `a'b"c` })).toBe(`'a''b"c' "a'b""c"`)
  })

  it('joins a value to the name next to it', () => {
    expect(substitute('SELECT * FROM ${env}_orders;', { env: 'test' })).toBe('SELECT * FROM test_orders;')
  })

  it.each(['a; DROP STREAM s', 'a b', '@a', '', 'a -- b', "'a' || 'b'"])(
    'refuses %j where a name or a value stands',
    (x) => {
      expect(() => substitute('SELECT ${x} FROM s;', { x })).toThrow(
        "Illegal argument at Line: 1, Col: 8. Identifier names cannot start with '@' and may only contain alphanumeric values and '_'.",
      )
    },
  )

  it('refuses a number where only a name can stand', () => {
    expect(() => substitute('SELECT a FROM ${x};', { x: '3' })).toThrow('Illegal argument at Line: 1, Col: 15.')
    expect(substitute('SELECT a FROM ${x};', { x: '`a b`' })).toBe('SELECT a FROM `a b`;')
  })

  it('does not replace what a value brings in', () => {
    expect(substitute("'${x}'", { x: '${y}', y: 'z' })).toBe("'${y}'")
  })
})
