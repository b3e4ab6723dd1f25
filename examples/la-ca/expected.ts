/** What the queries must answer, computed from the files without Millrace. */
import type { Expected, Row } from '../support/example.ts'
import { type Airport, type Flight, readAirports, readFlights } from './data.ts'

/** A flight with the airport that it leaves from. */
type Departure = Flight & { readonly airport: Airport }

export function expected(): Expected {
  const departures = readDepartures()
  const of = (state: string) => departures.filter(({ airport }) => airport.state === state)
  const states = [...Map.groupBy(departures, ({ airport }) => airport.state)].map(([state, rows]) =>
    delays(state, rows),
  )
  const named = (...names: string[]) => states.filter(({ state }) => names.includes(state))
  return {
    settled: [
      { sql: 'SELECT flights FROM delays_per_state;', isSettled: (rows) => total(rows) >= departures.length },
      { sql: 'SELECT origin FROM la_departures;', isSettled: (rows) => rows.length >= of('LA').length },
      { sql: 'SELECT origin FROM ca_departures;', isSettled: (rows) => rows.length >= of('CA').length },
    ],
    answers: [
      {
        rows: named('LA').map(({ state, flights, late, total, average, worst, last }) => [
          ...[state, flights, late, total, average, worst, last],
        ]),
      },
      { rows: named('LA', 'CA').map(({ state, flights, late, average }) => [state, flights, late, average]) },
      {
        rows: states
          .filter(({ flights }) => flights > 1000)
          .map(({ state, flights, total, worst }) => [state, flights, total, worst]),
      },
      {
        rows: of('LA')
          .filter(({ delay }) => delay >= 120)
          .map(({ origin, date, destination, delay }) => [origin, date, destination, delay]),
      },
      {
        rows: of('CA')
          .filter(({ delay }) => delay >= 60)
          .map(({ origin, airport, date, destination, delay }) => [origin, airport.city, date, destination, delay]),
        limit: 5,
      },
    ],
  }
}

function readDepartures(): Departure[] {
  const airports = new Map(readAirports().map((airport) => [airport.iata, airport]))
  return readFlights().flatMap((flight) => {
    const airport = airports.get(flight.origin)
    return airport === undefined ? [] : [{ ...flight, airport }]
  })
}

function delays(state: string, departures: readonly Departure[]) {
  const total = departures.reduce((sum, { delay }) => sum + delay, 0)
  return {
    state,
    flights: departures.length,
    late: departures.filter(({ delay }) => delay > 15).length,
    total,
    average: total / departures.length,
    worst: Math.max(...departures.map(({ delay }) => delay)),
    last: departures
      .map(({ date }) => date)
      .sort()
      .at(-1)!
      .replaceAll('/', '-'),
  }
}

const total = (rows: readonly Row[]): number => rows.reduce((sum, [count]) => sum + Number(count), 0)
