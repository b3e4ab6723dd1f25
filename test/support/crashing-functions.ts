/** Functions that a worker thread does not survive, for tests; loaded there as a module of more functions. */
import { parameter, scalar } from '../../src/functions/declaration.ts'

export const functions = [
  scalar({
    name: 'HANG_THREAD',
    cost: 'constant',
    category: 'OTHER',
    description: 'Never comes back from 13; otherwise the number.',
    variants: [
      {
        parameters: [parameter('number', 'INT', 'what to do')],
        returns: 'INT',
        nulls: 'propagate',
        call(number: number) {
          while (number === 13) Math.random()
          return number
        },
      },
    ],
  }),
  scalar({
    name: 'KILL_THREAD',
    cost: 'constant',
    category: 'OTHER',
    description: 'Ends the thread that calls it with 13; otherwise the number.',
    variants: [
      {
        parameters: [parameter('number', 'INT', 'what to do')],
        returns: 'INT',
        nulls: 'propagate',
        call: (number: number) => (number === 13 ? process.exit(1) : number),
      },
    ],
  }),
]
