/** The source `datagen`: made-up records, the same for the same seed. */
import { sleep } from '../../clock.ts'
import type { SourceBatch, SourceContext, SourceDeclaration, SourceRecord, SourceTask } from '../connector.ts'
import { OptionError, type Options } from '../options.ts'

export const datagenSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'datagen',
  keepsPosition: true,
  description:
    'Makes records up from a description of their fields: for trials, demonstrations and load. The same seed gives the same records.',
  guarantee: 'Exactly once: the number of the next record is stored with the records.',
  options: [
    {
      name: 'fields',
      type: 'text',
      default: null,
      isRequired: true,
      description:
        'Fields of the JSON object, separated by semicolons: `name=kind`. Kinds: `sequence`, `int(0,99)`, `double(0,1)`, `one(LA,CA,NY)`, ' +
        '`text(12)`, `uuid`, `time`, `const(x)`. A number behind a value of `one` is its weight: `one(LA*3,CA)`.',
    },
    {
      name: 'key',
      type: 'text',
      default: null,
      description: 'Field that is the key of the record, as text; it is then not in the value.',
    },
    { name: 'seed', type: 'number', default: '1', least: 0, description: 'Seed of the random numbers.' },
    {
      name: 'rate',
      type: 'number',
      default: '10',
      least: 0,
      description: 'Records per second; 0: as many as can be stored.',
    },
    { name: 'records', type: 'number', default: '0', least: 0, description: 'How many records to make; 0: no end.' },
  ],
  example: `CREATE SOURCE clicks WITH (connector='datagen', topic='clicks', fields='id=sequence; state=one(LA*3,CA); ms=int(1,500)', key='id', rate=100);
CREATE STREAM clicks (id STRING KEY, state STRING, ms INT) WITH (kafka_topic='clicks', value_format='JSON');`,

  check(options) {
    const fields = fieldsOf(options)
    const key = options.textOrNull('key')
    if (key === null || fields.some(({ name }) => name === key)) return
    throw new OptionError('key', `There is no field ${key}. There are: ${fields.map(({ name }) => name).join(', ')}.`)
  },

  async open(context) {
    return new DatagenTask(context)
  },
}

interface Making {
  readonly index: number
  readonly time: number
  /** In [0, 1). */
  readonly random: () => number
}

/** JSON text of a value. */
type Kind = (making: Making) => string

interface Field {
  readonly name: string
  readonly make: Kind
}

const MOST_AT_ONCE = 5000
const PERIOD_MS = 100

class DatagenTask implements SourceTask {
  readonly #context: SourceContext
  readonly #fields: readonly Field[]
  readonly #key: string | null
  readonly #rate: number
  readonly #seed: number
  readonly #end: number
  readonly #startedAt: number
  /** Number of the next record. */
  #next: number
  #made = 0

  constructor(context: SourceContext) {
    const { options, position, timer } = context
    this.#context = context
    this.#fields = fieldsOf(options)
    this.#key = options.textOrNull('key')
    this.#rate = options.number('rate')
    this.#seed = options.number('seed')
    this.#end = options.number('records') || Number.POSITIVE_INFINITY
    this.#next = position === null ? 0 : Number(position)
    this.#startedAt = timer.elapsed()
  }

  async poll(): Promise<SourceBatch> {
    const { timer, clock, signal } = this.#context
    const left = this.#end - this.#next
    const due = Math.min(this.#due(), left, MOST_AT_ONCE)
    if (due <= 0) {
      await sleep(timer, left <= 0 ? 1000 : PERIOD_MS, { signal })
      return { records: [], position: null }
    }
    const time = clock.now()
    const records = Array.from({ length: due }, (_, i) => this.#record(this.#next + i, time))
    this.#next += due
    this.#made += due
    return { records, position: String(this.#next) }
  }

  async close(): Promise<void> {}

  #due(): number {
    if (this.#rate === 0) return MOST_AT_ONCE
    return Math.floor(((this.#context.timer.elapsed() - this.#startedAt) / 1000) * this.#rate) - this.#made
  }

  /** Depends on seed and number alone, so that a restart continues with the same records. */
  #record(index: number, time: number): SourceRecord {
    const making = { index, time, random: randomFrom(this.#seed, index) }
    let key: string | null = null
    const members: string[] = []
    for (const { name, make } of this.#fields) {
      const json = make(making)
      if (name === this.#key) key = json.startsWith('"') ? (JSON.parse(json) as string) : json
      else members.push(`${JSON.stringify(name)}:${json}`)
    }
    return {
      key: key === null ? null : Buffer.from(key),
      value: Buffer.from(`{${members.join(',')}}`),
      timestamp: time,
    }
  }
}

/** Random numbers for one record. Algorithm: mulberry32, begun at a mix of seed and number. */
function randomFrom(seed: number, index: number): () => number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Throws an OptionError. */
function fieldsOf(options: Options): readonly Field[] {
  const texts = options
    .text('fields')
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')
  return texts.map((text) => {
    const match = /^([\w.-]+)\s*=\s*(\w+)(?:\((.*)\))?$/s.exec(text)
    if (match === null)
      throw new OptionError('fields', `The option 'fields' takes 'name=kind' with semicolons between, not '${text}'.`)
    const [, name, kind, given = ''] = match
    return {
      name: name!,
      make: kindOf(
        kind!,
        given.split(',').map((part) => part.trim()),
      ),
    }
  })
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

function kindOf(kind: string, given: readonly string[]): Kind {
  const numbers = given.map(Number)
  const [low = Number.NaN, high = Number.NaN] = numbers
  switch (kind) {
    case 'sequence':
      return ({ index }) => String(index)
    case 'int':
      checkRange(kind, low, high)
      return ({ random }) => String(low + Math.floor(random() * (high - low + 1)))
    case 'double':
      checkRange(kind, low, high)
      return ({ random }) => String(low + random() * (high - low))
    case 'one':
      return oneOf(given)
    case 'text':
      if (!(low >= 0)) throw new OptionError('fields', "The kind 'text' takes the number of letters: text(12).")
      return ({ random }) => `"${Array.from({ length: low }, () => LETTERS[Math.floor(random() * 26)]).join('')}"`
    case 'uuid':
      return ({ random }) => `"${uuid(random)}"`
    case 'time':
      return ({ time }) => String(time)
    case 'const':
      return () => JSON.stringify(given.join(','))
    default:
      throw new OptionError(
        'fields',
        `There is no kind '${kind}'. There are: sequence, int, double, one, text, uuid, time, const.`,
      )
  }
}

function checkRange(kind: string, low: number, high: number): void {
  if (low <= high) return
  throw new OptionError('fields', `The kind '${kind}' takes the lowest and the highest number: ${kind}(0,99).`)
}

function oneOf(given: readonly string[]): Kind {
  const choices = given.map((text) => {
    const match = /^(.*)\*(\d+)$/.exec(text)
    return match === null
      ? { json: JSON.stringify(text), weight: 1 }
      : { json: JSON.stringify(match[1]), weight: Number(match[2]) }
  })
  const total = choices.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0)) throw new OptionError('fields', "The kind 'one' takes values: one(LA,CA).")
  return ({ random }) => {
    let at = random() * total
    for (const { json, weight } of choices) {
      at -= weight
      if (at < 0) return json
    }
    return choices.at(-1)!.json
  }
}

/** Version 4 of RFC 9562. */
function uuid(random: () => number): string {
  const digit = (least: number, count: number) => (least + Math.floor(random() * count)).toString(16)
  const digits = (count: number) => Array.from({ length: count }, () => digit(0, 16)).join('')
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${digit(8, 4)}${digits(3)}-${digits(12)}`
}
