/** A feed of train positions over one morning, the same in every run. */
import { below, seeded } from '../support/random.ts'

export interface Position {
  readonly train: string
  readonly destination: string
  /** The town that the train is at. */
  readonly near: string
  /** By the train's own estimate; 0: it has arrived. */
  readonly minutesLeft: number
  /** Epoch ms. */
  readonly at: number
}

const SEED = 20260306
const START = Date.parse('2026-03-06T06:00:00Z')
const MINUTE_MS = 60_000
const TRAINS = 120
/** The feed ends while some trains are still on their way and some have not left. */
const FEED_MINUTES = 180
const LEAVE_MINUTES = 150

/** Towns on the way to each destination. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  Basel: ['Zürich', 'Brugg', 'Frick', 'Rheinfelden', 'Muttenz'],
  Bern: ['Zürich', 'Lenzburg', 'Aarau', 'Olten', 'Burgdorf'],
  Chur: ['Zürich', 'Thalwil', 'Ziegelbrücke', 'Sargans', 'Landquart'],
  Genève: ['Bern', 'Fribourg', 'Romont', 'Lausanne', 'Nyon'],
  Lugano: ['Zürich', 'Zug', 'Erstfeld', 'Biasca', 'Bellinzona'],
}

/** By time. Every train reports about every three minutes; delays grow and shrink, so the order of trains changes on the way. */
export function readPositions(): Position[] {
  const random = seeded(SEED)
  const destinations = Object.keys(LINES)
  const positions: Position[] = []
  for (let number = 1; number <= TRAINS; number++) {
    const destination = destinations[below(random, destinations.length)]!
    const towns = LINES[destination]!
    let minute = below(random, LEAVE_MINUTES)
    let minutesLeft = 40 + below(random, 40)
    const planned = minutesLeft
    while (minute < FEED_MINUTES) {
      const near = towns[Math.min(towns.length - 1, Math.floor((1 - minutesLeft / planned) * towns.length))]!
      const at = START + minute * MINUTE_MS + below(random, MINUTE_MS)
      positions.push({
        train: `IC ${number}`,
        destination,
        near: minutesLeft === 0 ? destination : near,
        minutesLeft,
        at,
      })
      if (minutesLeft === 0) break
      const passed = 2 + below(random, 3)
      minute += passed
      minutesLeft = Math.min(planned, Math.max(0, minutesLeft - passed + below(random, 3) - 1))
    }
  }
  return positions.sort((a, b) => a.at - b.at)
}
