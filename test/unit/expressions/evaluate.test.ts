import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/expressions/compile.ts'
import { columnsOf, isConstant, mapColumns } from '../../../src/expressions/inspect.ts'
import type { Value } from '../../../src/types/value.ts'
import { context, evaluate, messageOf, shown, typed } from './evaluation.ts'

const values = (...texts: string[]) => texts.map((text) => shown(evaluate(text)))
const failure = (text: string, columns = {}, row: Value[] = []) => messageOf(() => evaluate(text, columns, row))

describe('arithmetic', () => {
  it('wraps around and divides toward zero', () => {
    expect(values('2147483647 + 1', '9223372036854775807 + 1', '-7 / 2', '-7 % 3', '65536 * 65536')).toEqual([
      -2147483648,
      -9223372036854775808n,
      -3,
      -1,
      0,
    ])
  })

  it('fails on division by zero, but for DOUBLEs', () => {
    expect(failure('1 / 0')).toBe('/ by zero')
    expect(failure('1.5 / 0')).toContain('zero')
    expect(values('1e0 / 0', '0e0 / 0')).toEqual([Number.POSITIVE_INFINITY, Number.NaN])
  })

  it('is exact on DECIMALs', () => {
    expect(values('0.1 + 0.2', '1.25 * 4', '-1.50', '10.5 - 1')).toEqual(['0.3', '5.00', '-1.50', '9.5'])
  })

  it('fails on a NULL operand', () => {
    expect(failure('A + 1', { A: 'INT' }, [null])).toContain('NULL')
    expect(failure('-A', { A: 'DECIMAL(4,2)' }, [null])).toContain('NULL')
    expect(evaluate("A + 'x'", { A: 'STRING' }, ['y'])).toBe('yx')
  })
})

describe('comparison', () => {
  it('is false where an operand is NULL', () => {
    const columns = { A: 'INT', B: 'INT' }
    expect(['A = B', 'A <> B', 'A < B', 'A BETWEEN 1 AND 2'].map((text) => evaluate(text, columns, [null, 1]))).toEqual(
      [false, false, false, false],
    )
    expect(evaluate('NOT (A = B)', columns, [null, 1])).toBe(true)
    expect(evaluate('A NOT BETWEEN 1 AND 2', columns, [null, 1])).toBe(true)
    expect(evaluate('1 BETWEEN A AND B', columns, [null, 1])).toBe(false)
  })

  it('treats NULLs as equal in IS DISTINCT FROM', () => {
    const columns = { A: 'INT', B: 'INT' }
    const distinct = (row: Value[]) => evaluate('A IS DISTINCT FROM B', columns, row)
    expect([distinct([null, null]), distinct([1, null]), distinct([1, 1]), distinct([1, 2])]).toEqual([
      false,
      true,
      false,
      true,
    ])
    expect(evaluate('A IS NOT DISTINCT FROM B', columns, [null, null])).toBe(true)
  })

  it('is exact between kinds of numbers', () => {
    expect(values('1 = 1.0', '2.5 > 2', '9007199254740993 = 9007199254740992', '1e0 = 1.00', '0.1 = 1e-1')).toEqual([
      true,
      true,
      false,
      true,
      true,
    ])
    expect(evaluate('L > 9007199254740992.5', { L: 'BIGINT' }, [9007199254740993n])).toBe(true)
  })

  it('orders BYTES by signed bytes and compares structures by content', () => {
    const bytes = { A: 'BYTES', B: 'BYTES' }
    expect(evaluate('A < B', bytes, [Uint8Array.of(0x80), Uint8Array.of(0x01)])).toBe(true)
    expect(evaluate('A = B', bytes, [Uint8Array.of(1), Uint8Array.of(1)])).toBe(true)
    expect(
      values('ARRAY[1, 2] = ARRAY[1, 2]', "MAP('a' := 1) <> MAP('a' := 1)", 'STRUCT(F := 1) = STRUCT(F := 2)'),
    ).toEqual([true, false, false])
  })

  it('compares dates with timestamps and texts', () => {
    const columns = { D: 'DATE', T: 'TIMESTAMP', S: 'STRING' }
    expect(evaluate('D = T', columns, [1, 86_400_000, ''])).toBe(true)
    expect(evaluate('D = S', columns, [1, 0, '1970-01-02'])).toBe(true)
  })
})

describe('logic', () => {
  const columns = { A: 'BOOLEAN', B: 'BOOLEAN' }

  it('stops at the first operand that decides', () => {
    expect(evaluate('A AND B', columns, [false, null])).toBe(false)
    expect(evaluate('A OR B', columns, [true, null])).toBe(true)
    expect(evaluate('A AND B', columns, [true, true])).toBe(true)
  })

  it.each([
    [null, null, null, null],
    [null, true, null, true],
    [null, false, false, null],
    [true, null, null, true],
    [false, null, false, null],
  ])('takes NULL as unknown: %s and %s', (a, b, and, or) => {
    expect(evaluate('A AND B', columns, [a, b])).toBe(and)
    expect(evaluate('A OR B', columns, [a, b])).toBe(or)
    expect(evaluate('A AND B = true', columns, [a, b])).toBe(b === true ? (a === true ? true : a) : false)
    expect(evaluate('A OR B = true', columns, [a, b])).toBe(b === true ? true : a)
    expect(evaluate('B = true AND A', columns, [a, b])).toBe(b === true ? a : false)
    expect(evaluate('B = true OR A', columns, [a, b])).toBe(b === true ? true : a)
    expect(evaluate('NOT A', columns, [a, b])).toBe(a === null ? null : !a)
    expect(evaluate('NOT (A AND B)', columns, [a, b])).toBe(and === null ? null : !and)
    expect(evaluate('CASE WHEN A THEN 1 WHEN B THEN 2 ELSE 3 END', columns, [a, b])).toBe(
      a === true ? 1 : b === true ? 2 : 3,
    )
  })
})

describe('IN', () => {
  it('never matches NULL', () => {
    const columns = { A: 'INT', B: 'INT' }
    expect(evaluate('A IN (11, NULL, B)', columns, [null, null])).toBe(false)
    expect(evaluate('A IN (11, NULL, B)', columns, [10, 10])).toBe(true)
    expect(evaluate('A NOT IN (1, 2)', columns, [null, null])).toBe(true)
    expect(evaluate('A NOT IN (1, 2)', columns, [2, null])).toBe(false)
  })

  it('finds values of every type', () => {
    expect(values('1.0 IN (1, 2)', 'ARRAY[1] IN (ARRAY[2], ARRAY[1.0])', "'a' IN ('b')", 'NULL IN (NULL)')).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('LIKE', () => {
  it('matches the whole text, with patterns from literals and columns', () => {
    const columns = { S: 'STRING', P: 'STRING' }
    expect(evaluate("S LIKE '%oo_'", columns, ['foob'])).toBe(true)
    expect(evaluate("S NOT LIKE 'f'", columns, ['foo'])).toBe(true)
    expect(evaluate('S LIKE P', columns, ['foobar', '%oba%'])).toBe(true)
    expect(evaluate("S LIKE 'f!_%' ESCAPE '!'", columns, ['f_x'])).toBe(true)
    expect(failure('S LIKE P', columns, ['x', null])).toContain('NULL')
  })
})

describe('CASE', () => {
  it('evaluates only what it needs', () => {
    const columns = { A: 'INT' }
    const text = 'CASE WHEN A = 0 THEN -1 WHEN 10 / A > 3 THEN 1 ELSE 2 END'
    expect([0, 2, 5].map((a) => evaluate(text, columns, [a]))).toEqual([-1, 1, 2])
    expect(evaluate('CASE WHEN A = 1 THEN 1 END', columns, [2])).toBe(null)
  })
})

describe('access', () => {
  it('counts elements from 1, or from the end', () => {
    const element = (index: number) => evaluate('A[I]', { A: 'ARRAY<INT>', I: 'INT' }, [[10, 20, 30], index])
    expect([1, 3, -1, -3, 0, 4, -4].map(element)).toEqual([10, 30, 30, 10, null, null, null])
    expect(evaluate('A[1]', { A: 'ARRAY<INT>' }, [null])).toBe(null)
  })

  it('finds map values by key of any type', () => {
    expect(values("MAP('a' := 1)['a']", "MAP('a' := 1)['b']", 'MAP(1.5 := 2)[1.5]', 'MAP(1 := 2)[1]')).toEqual([
      1,
      null,
      2,
      2,
    ])
    expect(evaluate("M['a']", { M: 'MAP<STRING, INT>' }, [null])).toBe(null)
  })

  it('gives NULL for a field of a NULL struct', () => {
    const columns = { S: 'STRUCT<F STRUCT<G INT>>' }
    expect(evaluate('S->F->G', columns, [[[7]]])).toBe(7)
    expect(evaluate('S->F->G', columns, [[null]])).toBe(null)
    expect(evaluate('S->F->G', columns, [null])).toBe(null)
  })
})

describe('constructors', () => {
  it('keep the rest of a value whose element fails, and report it', () => {
    const errors: string[] = []
    const expression = typed('STRUCT(X := A / 0, Y := A)', { A: 'INT' })
    expect(compile(expression, { ...context, reportError: (message) => errors.push(message) })([5])).toEqual([null, 5])
    expect(errors).toEqual(['/ by zero'])
  })

  it('fail as a whole where nested errors are not set to NULL', () => {
    const config = (name: string) => (name === 'ksql.nested.error.set.null' ? 'false' : undefined)
    const evaluator = compile(typed('ARRAY[A / 0, A]', { A: 'INT' }), { ...context, config })
    expect(messageOf(() => evaluator([5]))).toBe('/ by zero')
  })

  it('build maps and structs', () => {
    expect(evaluate('MAP(K := A, NULL := 2)', { K: 'STRING', A: 'INT' }, ['x', 1])).toEqual(
      new Map([
        ['x', 1],
        [null, 2],
      ]),
    )
    expect(evaluate('ARRAY[NULL, STRUCT(X := 1, Y := 2), STRUCT(Y := 3, Z := 4)]')).toEqual([
      null,
      [1, 2, null],
      [null, 3, 4],
    ])
  })
})

describe('calls', () => {
  it('see NULL for an argument that fails, which is reported', () => {
    const errors: string[] = []
    const reporting = { ...context, reportError: (message: string) => errors.push(message) }
    expect(compile(typed("IFNULL(UCASE(CAST(A / 0 AS STRING)), 'none')", { A: 'INT' }), reporting)([1])).toBe('none')
    expect(errors).toEqual(['/ by zero'])
    const config = (name: string) => (name === 'ksql.nested.error.set.null' ? 'false' : undefined)
    const strict = compile(typed('IFNULL(A / 0, 5)', { A: 'INT' }), { ...context, config })
    expect(messageOf(() => strict([1]))).toBe('/ by zero')
  })

  it('take literals of any characters', () => {
    const texts = ["'", '"', '\\', '`', '$', '{x}', '\n', '\u2028', '\ud800', '*/', '"); throw 1; ("']
    for (const text of texts) {
      expect(evaluate(`CONCAT(S, '${text.replaceAll("'", "''")}')`, { S: 'STRING' }, ['x'])).toBe(`x${text}`)
    }
  })

  it('pass on arguments of every number', () => {
    expect(values("UCASE('la')", "SUBSTRING('abc', 2, 1)", "CONCAT('a', 'b', 'c', 'd', 'e')", "'a' || 'b'")).toEqual([
      'LA',
      'b',
      'abcde',
      'ab',
    ])
    expect(evaluate('UCASE(S)', { S: 'STRING' }, [null])).toBe(null)
  })

  it('run lambdas over elements and outer columns, nested too', () => {
    const columns = { A: 'ARRAY<INT>', N: 'INT', AA: 'ARRAY<ARRAY<INT>>' }
    expect(evaluate('TRANSFORM(A, X => X * N)', columns, [[1, 2], 10])).toEqual([10, 20])
    expect(evaluate('REDUCE(A, 0, (T, X) => T + X)', columns, [[1, 2, 3]])).toBe(6)
    const nested =
      'TRANSFORM(AA, X => REDUCE(TRANSFORM(X, Y => Y + REDUCE(X, 0, (S, Z) => S + Z)), 0, (T, U) => T + U))'
    expect(evaluate(nested, columns, [null, null, [[1, 2], [3]]])).toEqual([9, 6])
  })
})

describe('casts', () => {
  it('are done once for constants and fail per record where they fail', () => {
    expect(values("CAST('12' AS INT)", 'CAST(1.5 AS STRING)', 'CAST(NULL AS STRING)')).toEqual([12, '1.5', null])
    expect(failure("CAST('x' AS INT)")).toContain('x')
  })

  it('give the text null where the configuration has it so', () => {
    const config = (name: string) => (name === 'ksql.cast.strings.preserve.nulls' ? 'false' : undefined)
    expect(compile(typed('CAST(A AS STRING)', { A: 'INT' }), { ...context, config })([null])).toBe('null')
    expect(compile(typed('CAST(NULL AS STRING)'), { ...context, config })([])).toBe('null')
  })
})

describe('inspection', () => {
  const columns = { A: 'INT', B: 'INT', C: 'INT' }

  it('knows the columns read, and moves them', () => {
    const expression = typed('C + CASE WHEN A = 1 THEN C ELSE 2 END', columns)
    expect(columnsOf(expression)).toEqual([0, 2])
    const moved = mapColumns(expression, (index) => index / 2)
    expect(columnsOf(moved)).toEqual([0, 1])
    expect(compile(moved, context)([1, 5])).toBe(10)
  })

  it('knows constants', () => {
    expect(isConstant(typed('1 + 2'))).toBe(true)
    expect(isConstant(typed('A + 2', columns))).toBe(false)
    expect(isConstant(typed('RANDOM()'))).toBe(false)
  })

  it('survives a round trip through JSON', () => {
    const expression = typed(
      "A + 9223372036854775807 > 1.5 AND A IN (1, 2.5) AND CAST('AQ==' AS BYTES) IS NOT NULL",
      columns,
    )
    expect(JSON.parse(JSON.stringify(expression))).toEqual(expression)
  })
})
