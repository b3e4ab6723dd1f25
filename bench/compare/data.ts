/** The records of the jobs: deterministic, out of order by at most two seconds. */
import { bits, mix } from './mix.ts'

export const EPOCH = 1_700_000_000_000
export const CITIES = 100
export const WITHIN_MS = 600_000
const STEP_MS = 10
const JITTER_MS = 2_000
const CITY_NAMES = 110
const KEYS = 10_000
const MAX_AMOUNT = 50_000
const STATES = ['LA', 'CA', 'NY', 'TX', 'WA', 'OR', 'NV', 'AZ', 'FL', 'GA']
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 xxxxxxxxxxxxxxxxxxxxxxxx',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 xxxxxxxxxxxxxxxx',
  'curl/8.5.0 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
]

export interface User {
  readonly userid: string
  readonly name: string
  readonly state: string
  readonly city: string
  readonly cityNumber: number
  readonly ts: number
  readonly ip: string
  readonly kind: string
  readonly bytes: number
  readonly method: string
  readonly path: string
  readonly status: number
  readonly agent: string
  readonly payload: string
}

export function user(index: number): User {
  const first = mix(BigInt(index))
  const second = mix(first)
  const third = mix(second)
  const cityNumber = bits(second, 16, 16) % CITY_NAMES
  const method = METHODS[bits(third, 48, 8) % METHODS.length]!
  const path = `/movies/${index}/play`
  const status = bits(third, 32, 16) % 9_999
  const agent = AGENTS[bits(third, 56, 7) % AGENTS.length]!
  return {
    userid: `u${bits(first, 0, 32) % KEYS}`,
    name: `name ${index}`,
    state: STATES[bits(second, 0, 16) % STATES.length]!,
    city: `city${cityNumber}`,
    cityNumber,
    ts: EPOCH + index * STEP_MS + (bits(first, 32, 32) % JITTER_MS),
    ip: `10.1.2.${bits(second, 44, 12) % 255}`,
    kind: bits(second, 32, 12) % 3 === 0 ? 'machine' : 'user',
    bytes: bits(third, 0, 32) % 100_000,
    method,
    path,
    status,
    agent,
    payload: `${method} ${path} HTTP/1.1 200 ${status} ${agent}`,
  }
}

/** The columns by name, as readers of schemas want them. */
export const userColumns = ({ userid, name, state, city, ts, ip, kind, bytes, payload }: User) => ({
  USERID: userid,
  NAME: name,
  STATE: state,
  CITY: city,
  TS: ts,
  IP: ip,
  KIND: kind,
  BYTES: bytes,
  PAYLOAD: payload,
})

export function userJson({ userid, name, state, city, ts, ip, kind, bytes, payload }: User): string {
  return JSON.stringify({ userid, name, state, city, ts, ip, kind, bytes, payload })
}

export interface City {
  readonly region: string
  readonly population: number
}

export const city = (index: number): City => ({
  region: `region${index % 7}`,
  population: bits(mix(BigInt(index + 77)), 0, 24) % 5_000_000,
})

export interface Order {
  readonly orderid: string
  readonly userid: string
  readonly amount: number
  readonly ts: number
}

export function order(index: number): Order {
  const random = mix(BigInt(index + 1_000_000_007))
  return {
    orderid: `o${index}`,
    userid: `u${bits(random, 16, 16) % KEYS}`,
    amount: bits(random, 0, 16) % MAX_AMOUNT,
    ts: timeOf(index, random),
  }
}

export interface Payment {
  readonly paymentid: string
  readonly orderid: string
  readonly amount: number
  readonly method: string
  readonly ts: number
}

/** `orders`: how many there are. A payment of an order that is not among them has `order` null. */
export function payment(index: number, orders: number): { readonly payment: Payment; readonly order: number | null } {
  const random = mix(BigInt(index + 5_000_000_029))
  // From 50 s before its order to 950 s after it.
  const number = index + 5_000 - Number(mix(random) % 100_000n)
  const order = number >= 0 && number < orders ? number : null
  return {
    order,
    payment: {
      paymentid: `p${index}`,
      orderid: order === null ? `x${index}` : `o${order}`,
      amount: bits(random, 0, 16) % MAX_AMOUNT,
      method: bits(random, 16, 1) === 0 ? 'card' : 'wire',
      ts: timeOf(index, random),
    },
  }
}

const timeOf = (index: number, random: bigint): number => EPOCH + index * STEP_MS + (bits(random, 33, 31) % JITTER_MS)
