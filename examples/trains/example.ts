/** The next two trains to each destination. */
import type { Example } from '../support/example.ts'
import { readPositions } from './data.ts'
import { expected } from './expected.ts'

export const trains: Example = {
  name: 'trains',
  folder: import.meta.dirname,
  inputs: () => [
    {
      target: 'POSITIONS',
      rows: readPositions().map(({ train, destination, near, minutesLeft, at }) => ({
        TRAIN: train,
        DESTINATION: destination,
        NEAR: near,
        MINUTES_LEFT: minutesLeft,
        ROWTIME: at,
      })),
    },
  ],
  expected,
}
