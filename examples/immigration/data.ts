/** Travellers and changes of the watch list, the same in every run, in rounds: the list changes, then travellers pass. */
import { below, type Random, seeded } from '../support/random.ts'

export interface Crossing {
  /** Counted from 1. */
  readonly crossing: number
  readonly passport: string
  readonly name: string
  readonly airport: string
  readonly gate: number
}

/** `reason` null: the passport is taken off the list. */
export interface ListChange {
  readonly passport: string
  readonly reason: string | null
}

export interface Round {
  readonly changes: readonly ListChange[]
  readonly crossings: readonly Crossing[]
}

const SEED = 11
const PEOPLE = 2000
const AIRPORTS = ['LAX', 'MSY', 'SFO', 'OAK']
const REASONS = ['stolen passport', 'wanted', 'visa expired', 'missing person']
const NAMES = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gil', 'Hana']
/** Names that each round puts on the list, and takes off. */
const PUT_ON = 20
const TAKEN_OFF = 10
/** Share of travellers who are on the list or were on it. */
const KNOWN_SHARE = 0.2

const passportOf = (person: number): string => `P${String(person).padStart(6, '0')}`

/** `perRound`: travellers of each round. */
export function readRounds({ rounds, perRound }: { readonly rounds: number; readonly perRound: number }): Round[] {
  const random = seeded(SEED)
  const listed = new Set<number>()
  const known: number[] = []
  let crossing = 0
  return Array.from({ length: rounds }, () => {
    const changes = [...takeOff(random, listed), ...putOn(random, listed, known)]
    const crossings = Array.from({ length: perRound }, (): Crossing => {
      const person = random() < KNOWN_SHARE ? known[below(random, known.length)]! : below(random, PEOPLE)
      return {
        crossing: ++crossing,
        passport: passportOf(person),
        name: `${NAMES[person % NAMES.length]} ${person}`,
        airport: AIRPORTS[below(random, AIRPORTS.length)]!,
        gate: 1 + below(random, 40),
      }
    })
    return { changes, crossings }
  })
}

function takeOff(random: Random, listed: Set<number>): ListChange[] {
  const left = [...listed]
  return Array.from({ length: Math.min(TAKEN_OFF, left.length) }, () => {
    const [person] = left.splice(below(random, left.length), 1) as [number]
    listed.delete(person)
    return { passport: passportOf(person), reason: null }
  })
}

/** Some are on the list already: then their reason changes. */
function putOn(random: Random, listed: Set<number>, known: number[]): ListChange[] {
  return Array.from({ length: PUT_ON }, () => {
    const person = below(random, PEOPLE)
    listed.add(person)
    known.push(person)
    return { passport: passportOf(person), reason: REASONS[below(random, REASONS.length)]! }
  })
}

/** The reasons of all alerts by their crossing, without Millrace. */
export function expectedAlerts(rounds: readonly Round[]): Map<number, string> {
  const list = new Map<string, string>()
  const alerts = new Map<number, string>()
  for (const { changes, crossings } of rounds) {
    for (const { passport, reason } of changes) {
      if (reason === null) list.delete(passport)
      else list.set(passport, reason)
    }
    for (const { crossing, passport } of crossings) {
      const reason = list.get(passport)
      if (reason !== undefined) alerts.set(crossing, reason)
    }
  }
  return alerts
}
