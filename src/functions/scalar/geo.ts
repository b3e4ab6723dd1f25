/** Distances on the earth. */
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'

const COORDINATES = [
  parameter('latitude1', 'double', 'latitude of the first point in degrees, -90 to 90'),
  parameter('longitude1', 'double', 'longitude of the first point in degrees, -180 to 180'),
  parameter('latitude2', 'double', 'latitude of the second point'),
  parameter('longitude2', 'double', 'longitude of the second point'),
]

export const geoFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'GEO_DISTANCE',
    cost: 'constant',
    category: 'OTHER',
    description: 'The distance between two points on the surface of the earth, which is taken as a sphere.',
    example: { call: 'ROUND(GEO_DISTANCE(51.5, -0.12, 48.86, 2.35))', result: '342' },
    variants: [
      { parameters: COORDINATES, returns: 'DOUBLE', nulls: 'pass', description: 'In kilometres.', call: distance },
      {
        parameters: [
          ...COORDINATES,
          parameter('unit', 'STRING', 'KM or MILES; NULL means kilometres', (unit) => void radius(unit)),
        ],
        returns: 'DOUBLE',
        nulls: 'pass',
        call: distance,
      },
    ],
  }),
]

const RADIUS_KM = 6371
const RADIUS_MILES = 3959

/** Haversine formula: hav(d/r) = hav(lat2 - lat1) + cos(lat1) cos(lat2) hav(lon2 - lon1). */
function distance(lat1: number, lon1: number, lat2: number, lon2: number, unit: string | null = null): number {
  if (Math.abs(lat1) > 90 || Math.abs(lat2) > 90) throw new Error('A latitude must be between -90 and 90 degrees.')
  if (Math.abs(lon1) > 180 || Math.abs(lon2) > 180) throw new Error('A longitude must be between -180 and 180 degrees.')
  const haversine =
    Math.sin(radians(lat2 - lat1) / 2) ** 2 +
    Math.sin(radians(lon2 - lon1) / 2) ** 2 * Math.cos(radians(lat1)) * Math.cos(radians(lat2))
  return 2 * Math.asin(Math.sqrt(haversine)) * radius(unit)
}

/** In this order of operations results equal ksqlDB's to the last bit. */
const radians = (degrees: number): number => (degrees / 180) * Math.PI

function radius(unit: string | null): number {
  const name = unit?.trim().toLowerCase() ?? ''
  if (name === '' || /^(?:km|kilomet(?:er|re)s?)$/.test(name)) return RADIUS_KM
  if (/^mi(?:les?)?$/.test(name)) return RADIUS_MILES
  throw new Error(`The unit of a distance must be KM or MILES, but was ${unit}.`)
}
