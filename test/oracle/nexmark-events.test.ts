import { describe, expect, it } from 'vitest'
import { type NexmarkEvent, NexmarkGenerator } from '../../bench/nexmark/events.ts'
import { countsOf } from '../../bench/nexmark/load.ts'

const eventsOf = (seed: number, events = 5000): NexmarkEvent[] => [
  ...new NexmarkGenerator({ seed, events, rate: 1000 }).events(),
]

describe('the generator of Nexmark', () => {
  it('gives the same events for the same seed, and others for another', () => {
    expect(eventsOf(1)).toEqual(eventsOf(1))
    expect(eventsOf(1)).not.toEqual(eventsOf(2))
  })

  it.each([0, 1, 3, 49, 50, 4999])('gives 2 % people, 6 % auctions and 92 % bids of %i events', (events) => {
    const of = (kind: NexmarkEvent['kind']) => eventsOf(1, events).filter((one) => one.kind === kind).length
    expect({ person: of('person'), auction: of('auction'), bid: of('bid') }).toEqual(countsOf(events))
    expect(countsOf(50)).toEqual({ person: 1, auction: 3, bid: 46 })
  })

  it('lets bids and auctions name only what came before', () => {
    const [people, auctions] = [new Set<number>(), new Set<number>()]
    for (const one of eventsOf(3)) {
      if (one.kind === 'person') people.add(one.event.id)
      if (one.kind === 'auction') {
        expect(people).toContain(one.event.seller)
        auctions.add(one.event.id)
      }
      if (one.kind === 'bid') expect(auctions).toContain(one.event.auction)
    }
  })

  it('gives each event a time of its own, and no two bids on an auction the same price', () => {
    const events = eventsOf(2)
    expect(new Set(events.map(({ event }) => event.dateTime)).size).toBe(events.length)
    const prices = events.flatMap((one) => (one.kind === 'bid' ? [`${one.event.auction} ${one.event.price}`] : []))
    expect(new Set(prices).size).toBe(prices.length)
  })
})
