/** Fills the topics of Nexmark, through the broker port, and files of the same events for the reference. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import { partitionForKey } from '../../src/broker/partitioner.ts'
import { BatchWriter } from '../compare/batch-writer.ts'
import { endOf } from '../compare/topic-end.ts'
import { FIRST_EVENT_MS, type NexmarkEvent, NexmarkGenerator, type NexmarkOptions, sideInput } from './events.ts'
import { inputsOf, inputTopics, KINDS, PARTITIONS } from './queries.ts'

const WRITE_BYTES = 1 << 20

/** How many events of each kind there are among so many. */
export function countsOf(events: number): Readonly<Record<'person' | 'auction' | 'bid', number>> {
  const [rounds, rest] = [Math.floor(events / 50), events % 50]
  const person = rounds + Math.min(rest, 1)
  const auction = 3 * rounds + Math.max(0, Math.min(rest - 1, 3))
  return { person, auction, bid: events - person - auction }
}

/** How many events a query reads. */
export function eventsRead(query: string, { events }: NexmarkOptions): number {
  const counts = countsOf(events)
  return inputsOf(query).reduce((sum, kind) => sum + (kind === 'side_input' ? 0 : counts[kind]), 0)
}

/** Whether the topics are those that `load` makes by default; a run of peers leaves some with fewer partitions. */
export async function isLoaded(broker: Broker, options: NexmarkOptions): Promise<boolean> {
  const existing = (await broker.listTopics()).map(({ name }) => name)
  if (!existing.includes(markOf(options))) return false
  if (!KINDS.every((kind) => existing.includes(inputTopics[kind]!))) return false
  const bids = inputTopics['bid']!
  if ((await broker.describeTopic(bids))?.partitions !== PARTITIONS) return false
  return (await endOf(broker, bids)) === countsOf(options.events).bid
}

const MARK = 'nexmark-filled-'

/** A topic without records that is there once the others have these events, and no others. */
const markOf = ({ events, seed, rate }: NexmarkOptions): string => `${MARK}${events}-${seed}-${rate}`

/** Makes the topics again and fills them. */
export async function load(broker: Broker, options: NexmarkOptions, partitions = PARTITIONS): Promise<void> {
  const loader = new EventLoader(options, partitions)
  await loader.begin(broker)
  await loader.append(broker, options.events)
  await broker.createTopic({ name: markOf(options), partitions: 1 })
}

/** Fills topics in parts. Events have no key, and are dealt to the partitions by turns. */
export class EventLoader {
  readonly #events: Iterator<NexmarkEvent>
  readonly #partitions: number
  #count = 0

  constructor(options: NexmarkOptions, partitions = PARTITIONS) {
    this.#partitions = partitions
    this.#events = new NexmarkGenerator(options).events()
  }

  /** Makes the topics again; the side input is whole, the others are empty. */
  async begin(broker: Broker): Promise<void> {
    const existing = (await broker.listTopics()).map(({ name }) => name)
    for (const name of existing) if (name.startsWith(MARK)) await broker.deleteTopic(name)
    for (const kind of KINDS) {
      const name = inputTopics[kind]!
      if (existing.includes(name)) await broker.deleteTopic(name)
      const config = kind === 'side_input' ? { 'cleanup.policy': 'compact' } : { 'retention.ms': '-1' }
      await broker.createTopic({ name, partitions: this.#partitions, config })
    }
    await this.#write(broker, async (writer) => {
      for (const { id, content } of sideInput()) {
        const key = Buffer.from(String(id))
        const place = { topic: inputTopics['side_input']!, partition: partitionForKey(key, this.#partitions) }
        await writer.add(place, FIRST_EVENT_MS - 1, key, jsonOf({ content }))
      }
    })
  }

  /** Writes the next `events` events, or those that are left. */
  append(broker: Broker, events: number): Promise<void> {
    return this.#write(broker, async (writer) => {
      for (let i = 0; i < events; i++) {
        const next = this.#events.next()
        if (next.done === true) return
        const { kind, event } = next.value
        const place = { topic: inputTopics[kind]!, partition: this.#count++ % this.#partitions }
        await writer.add(place, event.dateTime, null, jsonOf(event))
      }
    })
  }

  async #write(broker: Broker, fill: (writer: BatchWriter) => Promise<void>): Promise<void> {
    const producer = broker.producer()
    const writer = new BatchWriter(producer, this.#partitions)
    await fill(writer)
    await writer.end()
    await producer.close()
  }
}

const jsonOf = (value: object): Buffer => Buffer.from(JSON.stringify(value))

/** Writes the events as files of JSON, a line for each, unless they are there; gives the folder. */
export function eventFiles(directory: string, options: NexmarkOptions): string {
  const folder = join(directory, `nexmark-events-${options.events}-${options.seed}-${options.rate}`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  const files = new Map(KINDS.map((kind) => [kind, new LineFile(join(unfinished, `${kind}.json`))] as const))
  for (const row of sideInput()) files.get('side_input')!.add(row)
  for (const { kind, event } of new NexmarkGenerator(options).events()) files.get(kind)!.add(event)
  for (const file of files.values()) file.close()
  renameSync(unfinished, folder)
  return folder
}

export class LineFile {
  readonly #file: number
  #lines: string[] = []
  #length = 0

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  add(row: object): void {
    this.addText(JSON.stringify(row))
  }

  addText(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= WRITE_BYTES) this.#write()
  }

  close(): void {
    this.#write()
    closeSync(this.#file)
  }

  #write(): void {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join('\n')}\n`)
    this.#lines = []
    this.#length = 0
  }
}
