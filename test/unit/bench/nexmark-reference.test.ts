import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Bid, NexmarkGenerator } from '../../../bench/nexmark/events.ts'
import { eventFiles } from '../../../bench/nexmark/load.ts'
import { Reference } from '../../../bench/nexmark/reference.ts'
import { temporaryDirectory } from '../../support/embedded-log/open.ts'

const GENERATOR = { seed: 1, events: 50, rate: 1000 }

const bids = (): Bid[] => {
  const events = [...new NexmarkGenerator(GENERATOR).events()]
  return events.flatMap((one) => (one.kind === 'bid' ? one.event : []))
}

/** Result q1 of a bid, with its price as that peer writes numbers. */
const row = ({ auction, bidder, dateTime, extra }: Bid, price: string): string =>
  `{"AUCTION":${auction},"BIDDER":${bidder},"PRICE":${price},"DATETIME":${dateTime},"EXTRA":"${extra}"}`

it('compares numbers by their value, however a peer writes them, and counts rows that are missing or too many', async () => {
  const folder = temporaryDirectory()
  const reference = await Reference.open(eventFiles(folder, GENERATOR))
  const path = join(folder, 'rows.json')
  const judge = (lines: readonly string[]) => {
    writeFileSync(path, lines.join('\n'))
    return reference.judge('q1', path)
  }
  const formats = [
    (price: number) => price.toFixed(3),
    (price: number) => String(price),
    (price: number) => price.toExponential(),
  ]
  const lines = bids().map((bid, i) => row(bid, formats[i % 3]!(0.908 * bid.price)))
  expect(await judge(lines.toReversed())).toMatchObject({ rows: 46, missing: 0, surplus: 0 })
  expect(await judge([...lines.slice(2), lines[4]!])).toMatchObject({ rows: 46, missing: 2, surplus: 1 })
  reference.close()
})
