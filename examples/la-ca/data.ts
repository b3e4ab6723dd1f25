/** The airports and flights of the npm package vega-datasets (BSD-3), read where npm has put them. */
import { readFileSync } from 'node:fs'

export interface Airport {
  readonly iata: string
  readonly name: string
  readonly city: string
  /** Two letters; `NA` for a few outside the states. */
  readonly state: string
  readonly country: string
  readonly latitude: number
  readonly longitude: number
}

export interface Flight {
  /** Time of the departure, `yyyy/MM/dd HH:mm`. */
  readonly date: string
  /** Minutes, negative if it was early. */
  readonly delay: number
  /** Miles. */
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

/** The package's one entry point lies beside its folder `data`. */
const read = (name: string): string =>
  readFileSync(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')), 'utf8')

/** 20,000 flights of January to March 2001, by date. */
export const readFlights = (): Flight[] => JSON.parse(read('flights-20k.json')) as Flight[]

/** 3,376 airports. */
export function readAirports(): Airport[] {
  const [, ...lines] = read('airports.csv').trimEnd().split('\n')
  return lines.map((line) => {
    const [iata, name, city, state, country, latitude, longitude] = fields(line)
    return {
      iata: iata!,
      name: name!,
      city: city!,
      state: state!,
      country: country!,
      latitude: Number(latitude),
      longitude: Number(longitude),
    }
  })
}

/** Fields of a CSV line; a quoted one may hold commas, and quotes as pairs. Source: RFC 4180. */
function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
  )
}
