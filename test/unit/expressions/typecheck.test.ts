import { describe, expect, it } from 'vitest'
import { type Location, StatementError } from '../../../src/errors.ts'
import { evaluate, messageOf, shown, typed, typeOf } from './evaluation.ts'

const COLUMNS = {
  I: 'INT',
  L: 'BIGINT',
  D: 'DOUBLE',
  DEC: 'DECIMAL(4,2)',
  S: 'STRING',
  B: 'BOOLEAN',
  BS: 'BYTES',
  DT: 'DATE',
  TM: 'TIME',
  TS: 'TIMESTAMP',
  A: 'ARRAY<INT>',
  M: 'MAP<STRING, INT>',
  ST: 'STRUCT<F INT, G STRING>',
}
const type = (text: string) => typeOf(text, COLUMNS)
const refusal = (text: string) => messageOf(() => typed(text, COLUMNS))

function refusedAt(text: string): Location | undefined {
  try {
    typed(text, COLUMNS)
  } catch (error) {
    if (error instanceof StatementError) return error.location
  }
  throw new Error(`${text} is not refused`)
}

describe('literals', () => {
  it('have the type that their digits need', () => {
    expect(['1', '2147483648', '1.50', '.5', '0.05', '1e3', "'x'", 'TRUE', 'NULL'].map(type)).toEqual([
      'INTEGER',
      'BIGINT',
      'DECIMAL(3, 2)',
      'DECIMAL(2, 1)',
      'DECIMAL(3, 2)',
      'DOUBLE',
      'STRING',
      'BOOLEAN',
      'null',
    ])
  })

  it('beyond 53 bits keep all their digits in the plan', () => {
    expect(typed('9223372036854775807')).toMatchObject({ kind: 'literal', value: '9223372036854775807' })
    expect(evaluate('9223372036854775807')).toBe(9223372036854775807n)
  })
})

describe('arithmetic', () => {
  it('takes the wider of the two types', () => {
    expect(['I + I', 'I + L', 'L * D', 'I / 2', 'DEC + D', 'D % I'].map(type)).toEqual([
      'INTEGER',
      'BIGINT',
      'DOUBLE',
      'INTEGER',
      'DOUBLE',
      'DOUBLE',
    ])
  })

  it('gives DECIMALs the precision and scale of the result', () => {
    expect(['DEC + DEC', 'DEC * DEC', 'DEC / DEC', 'DEC % DEC', 'DEC + I', 'DEC - L'].map(type)).toEqual([
      'DECIMAL(5, 2)',
      'DECIMAL(9, 4)',
      'DECIMAL(11, 7)',
      'DECIMAL(4, 2)',
      'DECIMAL(13, 2)',
      'DECIMAL(22, 2)',
    ])
  })

  it('joins two STRINGs with +', () => {
    expect(type("S + 'x'")).toBe('STRING')
  })

  it('refuses other pairs and the literal NULL', () => {
    expect(refusal('TRUE + 1.5')).toContain(
      'Error processing expression: (true + 1.5). Unsupported arithmetic types. BOOLEAN DECIMAL',
    )
    expect(refusal('1 + NULL')).toContain(
      'Error processing expression: (1 + null). Arithmetic on types INTEGER and null are not supported.',
    )
    expect(refusal("S - 'x'")).toContain('Unsupported arithmetic types. STRING STRING')
    expect(refusal('-S')).toContain('A sign needs a number, but got STRING.')
  })

  it('folds the sign of a literal', () => {
    expect(typed('-(5)')).toMatchObject({ kind: 'literal', value: -5 })
    expect(typed('+I', COLUMNS)).toMatchObject({ kind: 'column' })
  })
})

describe('comparison', () => {
  it('takes numbers with numbers, times with texts, and equal kinds', () => {
    const texts = [
      'I = D',
      'DEC > 1',
      "DT = '2020-01-01'",
      'DT < TS',
      "TM >= '10:00'",
      'S = S',
      'BS < BS',
      'ST = ST',
      'A <> ARRAY[1]',
    ]
    expect(new Set(texts.map(type))).toEqual(new Set(['BOOLEAN']))
  })

  it('converts literals when the statement is checked', () => {
    expect(typed("TS > '2020-01-01T00:00:00.001'", COLUMNS)).toMatchObject({
      right: { kind: 'literal', type: { kind: 'TIMESTAMP' }, value: 1577836800001 },
    })
    expect(typed('D > 1.5', COLUMNS)).toMatchObject({
      right: { kind: 'literal', type: { kind: 'DOUBLE' }, value: 1.5 },
    })
    expect(typed('DEC > 1', COLUMNS)).toMatchObject({
      right: { kind: 'literal', type: { kind: 'DECIMAL' }, value: '1' },
    })
  })

  it('refuses pairs that have no order, in the words of the dialect', () => {
    expect(refusal("I >= 'not an int'")).toBe(
      "Cannot compare I (INTEGER) to 'not an int' (STRING) with GREATER_THAN_OR_EQUAL.",
    )
    expect(refusal('A < A')).toBe('Cannot compare A (ARRAY<INTEGER>) to A (ARRAY<INTEGER>) with LESS_THAN.')
    expect(refusal('M > M')).toBe(
      'Cannot compare M (MAP<STRING, INTEGER>) to M (MAP<STRING, INTEGER>) with GREATER_THAN.',
    )
    expect(refusal('B < B')).toBe('Cannot compare B (BOOLEAN) to B (BOOLEAN) with LESS_THAN.')
    expect(refusal('TM = TS')).toBe('Cannot compare TM (TIME) to TS (TIMESTAMP) with EQUAL.')
    expect(refusal('I BETWEEN 1 AND S')).toBe(
      'Invalid expression: Cannot compare I (INTEGER) to S (STRING) with LESS_THAN_OR_EQUAL.',
    )
  })

  it('refuses the literal NULL with advice', () => {
    expect(refusal('I = NULL')).toBe(
      "Comparison with NULL not supported: INTEGER = NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.",
    )
    expect(refusal('NULL <> NULL')).toContain('Comparison with NULL not supported: NULL <> NULL')
  })

  it('refuses a text that is no time', () => {
    expect(refusal("DT = 'soon'")).toContain("Failed to parse date 'soon'")
  })

  it('reads texts beside ROWTIME and window bounds as times', () => {
    const columns = { ROWTIME: 'BIGINT', L_ROWTIME: 'BIGINT', WINDOWSTART: 'BIGINT', X: 'BIGINT' }
    expect(typed("ROWTIME > '2018'", columns)).toMatchObject({
      right: { type: { kind: 'BIGINT' }, value: 1514764800000 },
    })
    expect(typed("'2018-01-01T00:00:00+0100' <= WINDOWSTART", columns)).toMatchObject({
      left: { value: 1514761200000 },
    })
    expect(typed("L_ROWTIME BETWEEN '2018' AND '2019-01'", columns)).toMatchObject({ high: { value: 1546300800000 } })
    expect(messageOf(() => typed("X > '2018'", columns))).toContain('Cannot compare X (BIGINT)')
    expect(messageOf(() => typed("ROWTIME > 'soon'", columns))).toContain("Failed to parse timestamp 'soon'")
  })
})

describe('logic', () => {
  it('needs BOOLEAN operands', () => {
    expect(refusal('I AND TRUE')).toContain('AND needs BOOLEAN operands, but got INTEGER.')
    expect(refusal('NOT S')).toContain('NOT needs BOOLEAN operands, but got STRING.')
    expect(type('NOT B OR S IS NULL')).toBe('BOOLEAN')
  })
})

describe('lists', () => {
  it('widen from the first element that is not NULL', () => {
    expect(type("ARRAY[NULL, 10, '2e1', I, L]")).toBe('ARRAY<DECIMAL(19, 0)>')
    expect(type('ARRAY[1, 2.5, D]')).toBe('ARRAY<DOUBLE>')
    expect(type("ARRAY['a', 1]")).toBe('ARRAY<STRING>')
    expect(type('ARRAY[STRUCT(X := I), STRUCT(Y := L)]')).toBe('ARRAY<STRUCT<`X` INTEGER, `Y` BIGINT>>')
    expect(type("MAP('a' := I, 1 := 2147483648)")).toBe('MAP<STRING, BIGINT>')
    expect(type("ARRAY[DT, '2020-01-01']")).toBe('ARRAY<DATE>')
  })

  it('convert literals of any kind to STRING and texts to numbers and BOOLEANs', () => {
    expect(evaluate("'10.30' IN (true, 10, 10.30)")).toBe(true)
    expect(evaluate("MAP('a' := true, 'b' := 'no')")).toEqual(
      new Map([
        ['a', true],
        ['b', false],
      ]),
    )
    expect(shown((evaluate("ARRAY[1, '2.50']") as never[])[1]!)).toBe('2.50')
  })

  it('refuse what has no common type', () => {
    expect(refusal('B IN (TRUE, 10)')).toBe(
      'Invalid Predicate: operator does not exist: BOOLEAN = INTEGER (10)\nHint: You might need to add explicit type casts.',
    )
    expect(refusal('DEC IN (10, S)')).toContain(
      'Invalid Predicate: operator does not exist: DECIMAL(12, 2) = STRING (S)',
    )
    expect(refusal("I IN (1, 'x')")).toContain('Invalid Predicate: invalid input syntax for type INTEGER: "x".')
    expect(refusal("ARRAY[1, 'x']")).toContain('invalid input syntax for type INTEGER: "x"')
    expect(refusal("A IN (ARRAY[1, 'not 10'])")).toContain('invalid input syntax for type INTEGER: "not 10"')
    expect(refusal('ST IN (STRUCT(F := B))')).toContain(
      'operator does not exist: STRUCT<`F` INTEGER, `G` STRING> = STRUCT<`F` BOOLEAN> (STRUCT(F:=B))',
    )
  })
})

describe('constructors', () => {
  it('need elements, and types for them', () => {
    expect(refusal('ARRAY[]')).toContain('Array constructor cannot be empty. Please supply at least one element')
    expect(refusal('MAP()')).toContain('Map constructor cannot be empty. Please supply at least one key value pair')
    expect(refusal('ARRAY[NULL]')).toContain('Cannot construct an array with all NULL elements')
    expect(refusal('MAP(NULL := 1)')).toContain('Cannot construct a map with all NULL keys')
    expect(refusal('MAP(1 := NULL)')).toContain('Cannot construct a map with all NULL values')
    expect(refusal('STRUCT(F := NULL)')).toContain("Can't infer a type of null.")
    expect(refusal('STRUCT(F := 1, F := 2)')).toContain('Duplicate field names found in STRUCT')
    expect(type('STRUCT()')).toBe('STRUCT<>')
  })
})

describe('CASE', () => {
  it('needs conditions that are BOOLEAN and results of one type', () => {
    expect(type('CASE WHEN B THEN NULL WHEN B THEN I END')).toBe('INTEGER')
    expect(refusal('CASE WHEN I THEN 1 END')).toContain('WHEN operand type should be boolean.')
    expect(refusal('CASE WHEN B THEN 1 WHEN B THEN L END')).toContain(
      "Invalid Case expression. Type for all 'THEN' clauses should be the same.",
    )
    expect(refusal("CASE WHEN B THEN 1 ELSE 'x' END")).toContain(
      "Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.",
    )
    expect(refusal('CASE WHEN B THEN NULL ELSE NULL END')).toContain(
      'Invalid Case expression. All case branches have NULL type',
    )
    expect(refusal('CASE I WHEN 1 THEN 2 WHEN 2 THEN true END')).toContain("for all 'THEN' clauses should be the same")
  })
})

describe('access', () => {
  it('gives element, value and field types', () => {
    expect(['A[1]', "M['x']", 'ST->G'].map(type)).toEqual(['INTEGER', 'INTEGER', 'STRING'])
  })

  it('refuses what has no elements or no such field', () => {
    expect(refusal("ST['F']")).toContain(
      'do not apply to STRUCT<`F` INTEGER, `G` STRING>. Use the dereference operator for STRUCTS: A->B',
    )
    expect(refusal('I[1]')).toContain('Only an ARRAY or a MAP has elements.')
    expect(refusal('A[S]')).toContain('needs a subscript of type INTEGER or BIGINT, but got STRING.')
    expect(refusal('ST->H')).toContain("Could not find field 'H' in 'ST'.")
    expect(refusal('I->H')).toContain('Expected STRUCT type, got: INTEGER')
  })
})

describe('LIKE', () => {
  it('needs STRINGs and a pattern that can match', () => {
    expect(refusal("I LIKE '1%'")).toBe(
      'The column type for Like condition must be VARCHAR. The column type is INTEGER',
    )
    expect(refusal('S LIKE I')).toContain('Like condition must be between strings')
    expect(refusal("S LIKE 'a!' ESCAPE '!'")).toContain('must not end with its escape character')
  })
})

describe('casts', () => {
  it('are refused where the dialect has none', () => {
    expect(type('CAST(A AS ARRAY<BIGINT>)')).toBe('ARRAY<BIGINT>')
    expect(refusal('CAST(S AS ARRAY<INT>)')).toBe('Cast of STRING to ARRAY<INTEGER> is not supported')
    expect(refusal('CAST(S AS FOO)')).toContain('Cannot resolve unknown type: FOO. Types: BOOLEAN, ')
    expect(refusal('CAST(S AS STRNG)')).toBe('Cannot resolve unknown type: STRNG. Did you mean STRING?')
    expect(refusal('CAST(S AS FLOAT)')).toBe('Cannot resolve unknown type: FLOAT. Write DOUBLE instead.')
    expect(refusal('CAST(S AS ARRAY)')).toContain('ARRAY needs the types of its parts, for instance ARRAY<INT>.')
    expect(type('CAST(NULL AS BIGINT)')).toBe('BIGINT')
  })
})

describe('calls', () => {
  it('cast their arguments and name the variant', () => {
    expect(typed('SUBSTRING(S, 1)', COLUMNS)).toMatchObject({
      kind: 'call',
      name: 'SUBSTRING',
      signature: 'STRING, INT',
    })
    expect(typed('SQRT(DEC)', COLUMNS)).toMatchObject({ args: [{ kind: 'cast', type: { kind: 'DOUBLE' } }] })
    expect(type("S || 'x'")).toBe('STRING')
  })

  it('are refused when nothing fits', () => {
    expect(refusal('NOPE(1)')).toBe(
      "Can't find any functions with the name 'NOPE'. To see all functions: SHOW FUNCTIONS;",
    )
    expect(refusal('UCASE(1, 2)')).toContain('does not accept parameters (INTEGER, INTEGER).')
    expect(refusal('SUM(I)')).toContain('Aggregate function SUM cannot be used here')
    expect(refusal('S || 1')).toContain('does not accept parameters (STRING, INTEGER).')
  })

  it.each([
    ["REGEXP_EXTRACT('(a', S)", "Argument 'pattern' of REGEXP_EXTRACT: Invalid regular expression pattern: (a", 16],
    ["REGEXP_REPLACE(S, '[', '')", "Argument 'pattern' of REGEXP_REPLACE: Invalid regular expression pattern: [", 19],
    [
      "PARSE_TIMESTAMP(S, 'YYYY-MM-DD hh:mm')",
      "'YYYY-MM-DD hh:mm' cannot read a date: YYYY is the year of a week, DD is the day of the year, " +
        'hh is the hour of a half day, which needs a for AM or PM. ' +
        "For years, months and days write 'yyyy-MM-dd HH:mm'.",
      20,
    ],
    ["PARSE_DATE(S, 'yyyy-MM-DDD')", "write 'yyyy-MM-dd'.", 15],
    ["PARSE_DATE(S, 'bb')", "Argument 'format' of PARSE_DATE: Illegal pattern component: bb", 15],
    ["PARSE_TIME(S, 'HH:mm''')", 'Pattern ends with an incomplete string literal', 15],
    ["FORMAT_TIMESTAMP(FROM_UNIXTIME(L), 'bad')", 'Unknown pattern letter: b', 36],
    ["FORMAT_DATE(FROM_DAYS(I), 'yyyy{')", "Pattern includes reserved character: '{'", 27],
    ["PARSE_TIMESTAMP(S, 'yyyy', 'Nowhere/City')", 'Invalid time zone: Nowhere/City', 28],
    ["CONVERT_TZ(FROM_UNIXTIME(L), 'UTC', 'MARS')", "Argument 'to' of CONVERT_TZ: Invalid time zone: MARS", 37],
    ["EXTRACTJSONFIELD(S, 'log.line')", "Invalid JSON path: 'log.line'", 21],
    ["TO_BYTES(S, 'utf-7')", "Unknown encoding type 'utf-7'.", 13],
    ["REGEXP_REPLACE(S, '(a)', '$2')", 'REGEXP_REPLACE: The regular expression has no group 2.', 1],
    ["MASK(S, 'XX', 'x', 'n', '-')", "Argument 'upper' of MASK: Invalid mask character.", 9],
    ["GEO_DISTANCE(1.0, 1.0, 2.0, 2.0, 'yards')", 'The unit of a distance must be KM or MILES', 34],
  ])('%s is refused for its constant, with the place', (text, message, column) => {
    expect(refusal(text)).toContain(message)
    expect(refusedAt(text)?.column).toBe(column)
  })

  it('leave constants alone that can be of use, and arguments that are no constants', () => {
    expect(type("PARSE_TIMESTAMP(S, 'YYYY-MM-dd')")).toBe('TIMESTAMP')
    expect(type("PARSE_TIMESTAMP(S, 'yyyy-DDD')")).toBe('TIMESTAMP')
    expect(type("FORMAT_TIMESTAMP(FROM_UNIXTIME(L), 'yyyy-MM-DD')")).toBe('STRING')
    expect(type("FORMAT_TIMESTAMP(FROM_UNIXTIME(L), 'h B')")).toBe('STRING')
    expect(type('REGEXP_EXTRACT(S, S)')).toBe('STRING')
    expect(type("REGEXP_EXTRACT('(' || S, S)")).toBe('STRING')
    expect(type('REGEXP_EXTRACT(NULL, S)')).toBe('STRING')
  })

  it('type lambdas by the elements they see', () => {
    expect(type('TRANSFORM(A, X => X * 2.5)')).toBe('ARRAY<DECIMAL(13, 1)>')
    expect(type('TRANSFORM(M, (K, V) => UCASE(K), (K, V) => V + L)')).toBe('MAP<STRING, BIGINT>')
    expect(type('REDUCE(A, 0, (T, X) => T + X)')).toBe('INTEGER')
    expect(refusal('REDUCE(A, 0, (T, X) => T + X * 1.5)')).toContain(
      "Function 'reduce' does not accept the lambda that is argument 3: it gives DECIMAL(14, 1), but INTEGER is needed.",
    )
    expect(refusal('TRANSFORM(A, I => I + 1)')).toContain("Lambda function argument can't be a column name: I")
    expect(refusal('TRANSFORM(A, X => X + S)')).toContain('Unsupported arithmetic types. INTEGER STRING')
    expect(refusal('X => 1')).toBeTruthy()
  })
})
