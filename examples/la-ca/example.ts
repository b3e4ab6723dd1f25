/** Flights of Louisiana and California, from real data. */
import type { Example } from '../support/example.ts'
import { readAirports, readFlights } from './data.ts'
import { expected } from './expected.ts'

/** The airports are there before all flights, by their time as well, so that each flight finds its own. */
const AIRPORTS_SINCE = 0

export const laCa: Example = {
  name: 'la-ca',
  folder: import.meta.dirname,
  inputs: () => [
    { target: 'AIRPORTS', rows: readAirports().map((airport) => ({ ...upper(airport), ROWTIME: AIRPORTS_SINCE })) },
    { target: 'FLIGHTS', rows: readFlights().map(upper) },
  ],
  expected,
}

const upper = (record: object): Record<string, string | number> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toUpperCase(), value as string | number]))
