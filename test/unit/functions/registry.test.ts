import { describe, expect, test } from 'vitest'
import { aggregate, parameter, scalar } from '../../../src/functions/declaration.ts'
import { ADVICE, RENAMED } from '../../../src/functions/foreign-names.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { registry } from './call.ts'

const declared = { name: 'F', description: '', variants: [] }

describe('names', () => {
  test('are found in any case', () => {
    expect(registry.get('coUnt').name).toBe('COUNT')
    expect(registry.find('NO_SUCH')).toBeUndefined()
    expect(() => registry.get('no_such')).toThrow(
      "Can't find any functions with the name 'no_such'. To see all functions: SHOW FUNCTIONS;",
    )
  })

  test('belong to one kind of function', () => {
    expect(() =>
      createRegistry([scalar({ ...declared, cost: 'constant', category: 'OTHER' }), aggregate(declared)]),
    ).toThrow('Function F is declared twice: as scalar and as aggregate function')
  })

  test('a wrong type text fails at once', () => {
    const variant = { parameters: [parameter('p', 'INTT', '')], returns: 'INT', nulls: 'pass' as const }
    expect(() =>
      createRegistry([scalar({ ...declared, cost: 'constant', category: 'OTHER', variants: [variant] })]),
    ).toThrow('Not a type: INTT')
  })
})

test('functions are listed by name', () => {
  const list = registry.list()
  const names = list.map(({ name }) => name)
  expect(names).toEqual([...names].sort())
  expect(list).toContainEqual({ name: 'COUNT', type: 'AGGREGATE', category: 'AGGREGATE' })
  expect(list).toContainEqual({ name: 'EXPLODE', type: 'TABLE', category: 'TABLE' })
  expect(list).toContainEqual({ name: 'AS_VALUE', type: 'SCALAR', category: 'OTHER' })
})

test('every function can be described', () => {
  for (const { name } of registry.list()) {
    const { description, functions } = registry.describe(name)
    expect(description, name).not.toBe('')
    expect(functions.length, name).toBeGreaterThan(0)
  }
})

test('a description ends with an example', () => {
  expect(registry.describe('UCASE').description).toBe("The text in upper case. For example, UCASE('La') gives LA.")
  expect(registry.describe('SUM').description).toContain('For example, SUM(x) over the rows (2), (1), (7) gives 10.')
  expect(registry.describe('UUID').description).not.toContain('example')
})

test('a description shows types, generics and computed results', () => {
  const [plain] = registry.describe('explode').functions
  expect(plain).toMatchObject({ returnType: 'DECIMAL', arguments: [{ name: 'input', type: 'ARRAY<DECIMAL>' }] })
  expect(registry.describe('COALESCE').functions[0]).toMatchObject({
    returnType: 'T',
    arguments: [
      { type: 'T', isVariadic: false },
      { type: 'T', isVariadic: true },
    ],
  })
})

test.each([
  ['UPPER', 'Did you mean UCASE?'],
  ['lower', 'Did you mean LCASE?'],
  ['LENGTH', 'Did you mean LEN?'],
  ['sumx', 'Did you mean SUM?'],
  ['SUBSTRIG', 'Did you mean SUBSTRING?'],
  ['NOW', 'The current time is FROM_UNIXTIME(UNIX_TIMESTAMP()).'],
  ['IF', 'Write CASE WHEN condition THEN a ELSE b END.'],
  ['toString', 'To see all functions: SHOW FUNCTIONS;'],
  ['f', 'To see all functions: SHOW FUNCTIONS;'],
])('the message about an unknown function %s says: %s', (name, advice) => {
  expect(() => registry.get(name)).toThrow(`Can't find any functions with the name '${name}'. ${advice}`)
})

test('names of other dialects are no functions here, and what they stand for is one', () => {
  for (const name of [...Object.keys(RENAMED), ...Object.keys(ADVICE)])
    expect(registry.find(name), name).toBeUndefined()
  for (const name of Object.values(RENAMED)) expect(registry.find(name), name).toBeDefined()
  expect(Object.keys(RENAMED).filter((name) => name in ADVICE)).toEqual([])
})
