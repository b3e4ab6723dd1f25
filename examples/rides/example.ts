/** Ride requests per area and minute, with a surge flag. */
import type { Example } from '../support/example.ts'
import { readRequests } from './data.ts'
import { expected } from './expected.ts'

export const rides: Example = {
  name: 'rides',
  folder: import.meta.dirname,
  inputs: () => [
    {
      target: 'REQUESTS',
      rows: readRequests().map(({ area, rider, seats, at }) => ({
        AREA: area,
        RIDER: rider,
        SEATS: seats,
        ROWTIME: at,
      })),
    },
  ],
  expected,
}
