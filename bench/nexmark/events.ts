/**
 * The events of Nexmark, seeded: of 50 events one is a person, three are auctions and 46 are bids. Fields and proportions are those of the public generator
 * (Apache Beam's and Flink's Nexmark): hot auctions and bidders, prices from 100 to 100,000,000 on a logarithmic scale, and text that fills events to their sizes.
 *
 * Two things differ, so that every query has one answer: an event has a millisecond of its own at the default rate, and two bids on an auction never have the same
 * price.
 */
import { seededRandom } from '../../src/testing/seeded-random.ts'

export interface Person {
  readonly id: number
  readonly name: string
  readonly emailAddress: string
  readonly creditCard: string
  readonly city: string
  readonly state: string
  readonly dateTime: number
  readonly extra: string
}

export interface Auction {
  readonly id: number
  readonly itemName: string
  readonly description: string
  readonly initialBid: number
  readonly reserve: number
  readonly dateTime: number
  readonly expires: number
  readonly seller: number
  readonly category: number
  readonly extra: string
}

export interface Bid {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
  readonly url: string
  readonly dateTime: number
  readonly extra: string
}

export type NexmarkEvent =
  | { readonly kind: 'person'; readonly event: Person }
  | { readonly kind: 'auction'; readonly event: Auction }
  | { readonly kind: 'bid'; readonly event: Bid }

export interface NexmarkOptions {
  readonly seed: number
  /** Events in all. */
  readonly events: number
  /** Events in a second of event time. */
  readonly rate: number
}

/** Some minutes before a midnight (UTC), so that queries by day have two days. */
export const FIRST_EVENT_MS = Date.UTC(2024, 0, 1) - 400_000

const EVENTS_OF_ROUND = 50
const AUCTIONS_OF_ROUND = 3
const FIRST_ID = 1000
const FIRST_CATEGORY = 10
const CATEGORIES = 5
/** How far behind the newest one a person may still bid or sell, and an auction be bid on. */
const ACTIVE_PEOPLE = 1000
const AUCTIONS_IN_FLIGHT = 100
const HOT_EVERY = 100
const CHANNELS = 10_000
const SIZES = { person: 200, auction: 500, bid: 100 }

const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']
const CITIES = [
  'Phoenix',
  'Los Angeles',
  'San Francisco',
  'Boise',
  'Portland',
  'Bend',
  'Redmond',
  'Seattle',
  'Kent',
  'Cheyenne',
]
const FIRST_NAMES = ['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky', 'Kate', 'Julie', 'Sarah', 'Deiter', 'Walter']
const LAST_NAMES = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones', 'Noris']
const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple']

export class NexmarkGenerator {
  readonly #options: NexmarkOptions
  readonly #random: () => number
  readonly #letters: string
  /** Prices of the bids on each auction in flight. */
  readonly #prices = new Map<number, Set<number>>()
  #people = 0
  #auctions = 0

  constructor(options: NexmarkOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#letters = Array.from({ length: 1 << 16 }, () => String.fromCharCode(97 + this.#below(26))).join('')
  }

  *events(): Generator<NexmarkEvent> {
    for (let i = 0; i < this.#options.events; i++) {
      const place = i % EVENTS_OF_ROUND
      const dateTime = FIRST_EVENT_MS + Math.floor((i * 1000) / this.#options.rate)
      if (place === 0) yield { kind: 'person', event: this.#person(dateTime) }
      else if (place <= AUCTIONS_OF_ROUND) yield { kind: 'auction', event: this.#auction(dateTime) }
      else yield { kind: 'bid', event: this.#bid(dateTime) }
    }
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!
  }

  #text(length: number): string {
    const from = this.#below(this.#letters.length - length)
    return this.#letters.slice(from, from + length)
  }

  /** Letters that bring an event of `size` bytes to about its size. */
  #extra(size: number, wanted: number): string {
    if (size >= wanted) return ''
    const spread = Math.round(wanted * 0.2)
    return this.#text(Math.max(0, wanted - size - spread + this.#below(2 * spread)))
  }

  #person(dateTime: number): Person {
    const id = FIRST_ID + this.#people++
    const name = `${this.#pick(FIRST_NAMES)} ${this.#pick(LAST_NAMES)}`
    const emailAddress = `${this.#text(7)}@${this.#text(5)}.com`
    const creditCard = Array.from({ length: 4 }, () => String(this.#below(10_000)).padStart(4, '0')).join(' ')
    const [city, state] = [this.#pick(CITIES), this.#pick(STATES)]
    const size = 16 + name.length + emailAddress.length + creditCard.length + city.length + state.length
    return { id, name, emailAddress, creditCard, city, state, dateTime, extra: this.#extra(size, SIZES.person) }
  }

  #auction(dateTime: number): Auction {
    const id = FIRST_ID + this.#auctions++
    const [itemName, description] = [this.#text(20), this.#text(100)]
    const initialBid = this.#price()
    const reserve = initialBid + this.#price()
    const expires = dateTime + 1 + this.#below(this.#longestAuctionMs)
    const seller = this.#below(4) > 0 ? this.#hot(this.#people) : this.#activePerson()
    const category = FIRST_CATEGORY + this.#below(CATEGORIES)
    const extra = this.#extra(64 + itemName.length + description.length, SIZES.auction)
    this.#prices.delete(id - 2 * HOT_EVERY)
    return { id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra }
  }

  #bid(dateTime: number): Bid {
    const auction = this.#below(2) > 0 ? this.#hot(this.#auctions) : this.#auctionInFlight()
    const bidder = this.#below(4) > 0 ? this.#hot(this.#people) + 1 : this.#activePerson()
    const price = this.#newPrice(auction)
    const isHot = this.#below(2) > 0
    const number = this.#below(isHot ? HOT_CHANNELS.length : CHANNELS)
    const channel = isHot ? HOT_CHANNELS[number]! : `channel-${number}`
    const base = `https://www.nexmark.com/${this.#text(5)}/${this.#text(5)}/${this.#text(5)}/item.htm?query=1`
    const url = isHot || this.#below(10) === 0 ? base : `${base}&channel_id=${number}`
    return { auction, bidder, price, channel, url, dateTime, extra: this.#extra(32, SIZES.bid) }
  }

  #price(): number {
    return Math.round(10 ** (this.#random() * 6) * 100)
  }

  #newPrice(auction: number): number {
    const known = this.#prices.get(auction) ?? new Set()
    this.#prices.set(auction, known)
    let price = this.#price()
    while (known.has(price)) price++
    known.add(price)
    return price
  }

  /** So that the auctions in flight are open on the average for as long as new ones take their place, twice that at most. */
  get #longestAuctionMs(): number {
    const { rate } = this.#options
    return Math.max(2, Math.floor((2 * AUCTIONS_IN_FLIGHT * EVENTS_OF_ROUND * 1000) / (AUCTIONS_OF_ROUND * rate)))
  }

  /** The newest hot one of so many. */
  #hot(count: number): number {
    return FIRST_ID + Math.floor((count - 1) / HOT_EVERY) * HOT_EVERY
  }

  #activePerson(): number {
    return FIRST_ID + this.#people - 1 - this.#below(Math.min(this.#people, ACTIVE_PEOPLE))
  }

  #auctionInFlight(): number {
    return FIRST_ID + this.#auctions - 1 - this.#below(Math.min(this.#auctions, AUCTIONS_IN_FLIGHT))
  }
}

/** The rows of the bounded side input of q13. */
export function* sideInput(): Generator<{ readonly id: number; readonly content: string }> {
  for (let id = 0; id < CHANNELS; id++) yield { id, content: `side input ${id}` }
}
