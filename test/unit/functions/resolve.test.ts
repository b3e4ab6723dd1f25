import { describe, expect, test } from 'vitest'
import { aggregate, type FunctionDeclaration, parameter, scalar } from '../../../src/functions/declaration.ts'
import {
  type ArgumentType,
  findVariant,
  resolveAggregate,
  resolveScalar,
  signatureOf,
} from '../../../src/functions/resolve.ts'
import {
  array,
  BIGINT,
  DATE,
  DOUBLE,
  decimal,
  formatType,
  INTEGER,
  map,
  type SqlType,
  STRING,
  struct,
  TIME,
} from '../../../src/types/sql-type.ts'
import { registry, typeOf } from './call.ts'

/** A function named F with these parameter lists. */
const overloads = (...lists: string[][]) =>
  scalar({
    name: 'F',
    cost: 'constant',
    category: 'OTHER',
    description: '',
    variants: lists.map((types) => ({
      parameters: types.map((type, i) => parameter(`p${i}`, type, '')),
      returns: 'STRING',
      nulls: 'pass',
      call: () => null,
    })),
  })

const chosen = (declaration: FunctionDeclaration, ...args: ArgumentType[]): string => {
  if (declaration.kind !== 'scalar') throw new Error('not a scalar function')
  return signatureOf(resolveScalar(declaration, args).variant)
}

describe('choice of a variant', () => {
  test('an exact match goes before one that needs casts', () => {
    const f = overloads(['DOUBLE'], ['INT'])
    expect(chosen(f, INTEGER)).toBe('INT')
    expect(chosen(f, BIGINT)).toBe('DOUBLE')
  })

  test('a fixed list goes before a variadic one, and a longer one before a shorter', () => {
    expect(chosen(overloads(['BIGINT...'], ['BIGINT', 'BIGINT']), BIGINT, BIGINT)).toBe('BIGINT, BIGINT')
    expect(chosen(overloads(['STRING...'], ['STRING', 'STRING...']), STRING, STRING)).toBe('STRING, STRING...')
  })

  test('fewer generics go before more', () => {
    expect(chosen(overloads(['ARRAY<T>'], ['ARRAY<DECIMAL>']), array(decimal(4, 2)))).toBe('ARRAY<DECIMAL>')
  })

  test('a typed variadic goes before one of any type, and a later one before an earlier', () => {
    expect(chosen(overloads(['ANY...'], ['STRING...']), STRING)).toBe('STRING...')
    expect(chosen(overloads(['STRING...', 'STRING'], ['STRING', 'STRING...']), STRING, STRING)).toBe(
      'STRING, STRING...',
    )
  })

  test('a variadic parameter may stand in the middle and take nothing', () => {
    const f = overloads(['INT', 'STRING...', 'INT'])
    expect(chosen(f, INTEGER, INTEGER)).toBe('INT, STRING..., INT')
    expect(chosen(f, INTEGER, STRING, STRING, INTEGER)).toBe('INT, STRING..., INT')
    expect(() => chosen(f, INTEGER)).toThrow('does not accept parameters (INTEGER)')
  })

  test('an untyped NULL fits everything', () => {
    expect(chosen(overloads(['INT', 'STRING']), null, null)).toBe('INT, STRING')
  })

  test('a generic binds to one type', () => {
    const f = overloads(['T', 'T'])
    expect(chosen(f, INTEGER, INTEGER)).toBe('T, T')
    expect(() => chosen(f, INTEGER, BIGINT)).toThrow("Function 'f' does not accept parameters (INTEGER, BIGINT).")
  })

  test('struct parameters match field for field', () => {
    const f = overloads(['STRUCT<A STRING>'])
    expect(chosen(f, struct([{ name: 'A', type: STRING }]))).toBe('STRUCT<A STRING>')
    expect(() => chosen(f, struct([{ name: 'B', type: STRING }]))).toThrow('does not accept')
  })

  test('a bare window unit fits its own parameter only', () => {
    const f = overloads(['INTERVALUNIT', 'INT'])
    expect(chosen(f, 'INTERVALUNIT', INTEGER)).toBe('INTERVALUNIT, INT')
    expect(() => chosen(f, INTEGER, INTEGER)).toThrow("Function 'f' does not accept parameters (INTEGER, INTEGER).")
  })
})

describe('implicit casts', () => {
  const targets = (declaration: ReturnType<typeof overloads>, ...args: ArgumentType[]): (string | null)[] =>
    resolveScalar(declaration, args).argumentTypes.map((type) => type && formatType(type))

  test('name the target of each argument', () => {
    expect(targets(overloads(['DOUBLE', 'DOUBLE', 'STRING']), INTEGER, DOUBLE, null)).toEqual(['DOUBLE', null, null])
    expect(targets(overloads(['DECIMAL', 'DECIMAL']), INTEGER, decimal(4, 2))).toEqual(['DECIMAL(10, 0)', null])
    expect(targets(overloads(['TIME...']), TIME, STRING)).toEqual([null, 'TIME'])
    expect(targets(overloads(['ARRAY<DOUBLE>']), array(INTEGER))).toEqual(['ARRAY<DOUBLE>'])
  })

  test('there are none from numbers to text or back', () => {
    expect(() => targets(overloads(['STRING']), INTEGER)).toThrow('does not accept')
    expect(() => targets(overloads(['DOUBLE']), STRING)).toThrow('does not accept')
    expect(() => targets(overloads(['BIGINT']), DATE)).toThrow('does not accept')
  })
})

describe('refusals', () => {
  test('no match lists the alternatives', () => {
    expect(() => resolveScalar(overloads(['INT', 'STRING...'], ['MAP<STRING, T>', 'DECIMAL']), [DOUBLE])).toThrow(
      "Function 'f' does not accept parameters (DOUBLE).\n" +
        'Valid alternatives are:\n' +
        'f(INT p0, VARCHAR... p1)\n' +
        'f(MAP<VARCHAR, T> p0, DECIMAL p1)\n' +
        'For detailed information on a function run: DESCRIBE FUNCTION F;',
    )
  })

  test('two equally good matches are ambiguous', () => {
    expect(() => resolveScalar(overloads(['BIGINT', 'BIGINT'], ['DOUBLE', 'DOUBLE']), [INTEGER, BIGINT])).toThrow(
      "Function 'f' cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT).",
    )
    expect(() => resolveScalar(overloads(['BIGINT'], ['DOUBLE']), [null])).toThrow('ambiguous method parameters (null)')
  })

  test('a name is printed as it was declared', () => {
    const coalesce = registry.get('coalesce')
    expect(coalesce.kind === 'scalar' && (() => resolveScalar(coalesce, []))).toThrow(
      "Function 'COALESCE' does not accept parameters ()",
    )
  })

  test('types that only a NULL stands for cannot be told', () => {
    const ifNull = registry.get('IFNULL')
    expect(ifNull.kind === 'scalar' && (() => resolveScalar(ifNull, [null, null]))).toThrow(
      'cannot be told from a NULL',
    )
  })
})

describe('lambdas', () => {
  const transform = registry.get('TRANSFORM')
  const filter = registry.get('FILTER')
  const reduce = registry.get('REDUCE')
  if (transform.kind !== 'scalar' || filter.kind !== 'scalar' || reduce.kind !== 'scalar') throw new Error()

  test('see the types of the other arguments, and give types in turn', () => {
    const asked: [number, readonly SqlType[]][] = []
    const resolution = resolveScalar(transform, [map(STRING, INTEGER), { lambda: 2 }, { lambda: 2 }], (i, types) => {
      asked.push([i, types])
      return i === 1 ? INTEGER : DOUBLE
    })
    expect(asked).toEqual([
      [1, [STRING, INTEGER]],
      [2, [STRING, INTEGER]],
    ])
    expect(formatType(resolution.returns)).toBe('MAP<INTEGER, DOUBLE>')
    expect(resolution.parameterTypes.slice(1)).toEqual([INTEGER, DOUBLE])
  })

  test('are told apart by their number of parameters', () => {
    expect(() => resolveScalar(filter, [array(INTEGER), { lambda: 2 }], () => typeOf('BOOLEAN'))).toThrow(
      "Function 'filter' does not accept parameters (ARRAY<INTEGER>, LAMBDA).",
    )
  })

  test('must give the type that the function asks for', () => {
    expect(() => resolveScalar(filter, [array(INTEGER), { lambda: 1 }], () => INTEGER)).toThrow('does not accept')
    expect(() => resolveScalar(reduce, [array(INTEGER), INTEGER, { lambda: 2 }], () => BIGINT)).toThrow(
      'does not accept',
    )
    expect(resolveScalar(reduce, [array(INTEGER), BIGINT, { lambda: 2 }], () => BIGINT).returns).toEqual(BIGINT)
  })

  test('cannot be typed over a bare NULL', () => {
    expect(() => resolveScalar(filter, [null, { lambda: 1 }], () => INTEGER)).toThrow('cannot be told from a NULL')
  })
})

describe('aggregates', () => {
  const sum = registry.get('SUM')
  const latest = registry.get('LATEST_BY_OFFSET')
  if (sum.kind !== 'aggregate' || latest.kind !== 'aggregate') throw new Error()

  test('take no implicit casts', () => {
    expect(() => resolveAggregate(sum, [STRING])).toThrow("Function 'SUM' does not accept parameters (STRING).")
  })

  test('know their state and how many arguments are columns', () => {
    const resolution = resolveAggregate(latest, [STRING, INTEGER, typeOf('BOOLEAN')])
    expect(formatType(resolution.returns)).toBe('ARRAY<STRING>')
    expect(formatType(resolution.state)).toBe('ARRAY<STRUCT<`SEQ` BIGINT, `VAL` STRING>>')
    expect(resolution.columnCount).toBe(1)
    expect(signatureOf(resolution.variant)).toBe('T, INT, BOOLEAN')
    expect(findVariant(latest, 'T, INT, BOOLEAN')).toBe(resolution.variant)
    expect(() => findVariant(latest, 'INT')).toThrow('has no variant (INT)')
  })

  test('may take any number of literals', () => {
    const f = aggregate({
      name: 'F',
      description: '',
      variants: [
        {
          parameters: [parameter('a', 'BIGINT', ''), parameter('b', 'STRING', '')],
          initialParameters: [parameter('c', 'INT', ''), parameter('d', 'STRING...', '')],
          returns: 'BIGINT',
          state: 'BIGINT',
          hasUndo: false,
          bind: () => {
            throw new Error('not bound')
          },
        },
      ],
    })
    expect(resolveAggregate(f, [BIGINT, STRING, INTEGER, STRING, STRING]).columnCount).toBe(2)
    expect(() => resolveAggregate(f, [BIGINT, STRING])).toThrow('does not accept parameters (BIGINT, STRING)')
  })
})
