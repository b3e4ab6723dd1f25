import { expect, test } from 'vitest'
import { difference, inOrder, table } from '../../examples/support/rows.ts'

const computed = [
  ['LA', 1],
  ['CA', 2],
  ['CA', 2],
]

test('rows in another order are no difference', () => {
  expect(difference([computed[2]!, computed[0]!, computed[1]!], { rows: computed })).toBeNull()
})

test('a missing, a changed and a doubled row are differences', () => {
  expect(difference(computed.slice(1), { rows: computed })).toBe('2 rows came, 3 were computed')
  expect(difference([['LA', 2], ...computed.slice(1)], { rows: computed })).toContain('["LA",2] was not computed')
  expect(difference([computed[0]!, ...computed.slice(0, 2)], { rows: computed })).toContain('["LA",1] was not computed')
})

test('a query with a limit may answer any of the rows, none twice', () => {
  expect(difference([computed[1]!], { rows: computed, limit: 1 })).toBeNull()
  expect(difference([computed[0]!, computed[0]!], { rows: computed, limit: 2 })).not.toBeNull()
})

test('rows are shown sorted, numbers by their size and to the right', () => {
  expect(
    table(
      ['STATE', 'N'],
      inOrder([
        ['LA', 10],
        ['CA', null],
        ['LA', 9],
      ]),
    ).split('\n'),
  ).toEqual(['  STATE     N', '  -----  ----', '  CA     null', '  LA        9', '  LA       10'])
})
