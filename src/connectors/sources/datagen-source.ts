/** The source `datagen`: made-up records, the same for the same seed. */
import { sleep } from '../../clock.ts'
import { FieldError, parseFields } from '../../datagen/fields.ts'
import { type Field, recordsDue } from '../../datagen/making.ts'
import { QUICKSTARTS, type Quickstart, quickstartNamed } from '../../datagen/quickstarts.ts'
import { plainText, RecordMaker } from '../../datagen/record-maker.ts'
import type { SourceBatch, SourceContext, SourceDeclaration, SourceRecord, SourceTask } from '../connector.ts'
import { OptionError, type Options } from '../options.ts'

export const datagenSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'datagen',
  keepsPosition: true,
  description:
    'Generates records from a description of their fields, for trials, demonstrations and load tests. The same seed gives the same records.',
  guarantee: 'Exactly once: the number of the next record is stored with the records.',
  options: [
    {
      name: 'fields',
      type: 'text',
      default: null,
      description:
        'Fields of the JSON object, separated by semicolons: `name=kind`. Kinds: `sequence`, `int(0,99)`, `double(0,1)`, `one(LA,CA,NY)`, ' +
        '`number(200,404)`, `cycle(a,b)`, `text(12)`, `pattern(Item_[1-9])`, `uuid`, `time`, `const(x)`, `object(city=text(5); zip=int(1,9))`. ' +
        'A number behind a value of `one` or `number` is its weight: `one(LA*3,CA)`.',
    },
    {
      name: 'quickstart',
      type: 'text',
      default: null,
      description: `Fields and key by a name, instead of \`fields\`: ${Object.keys(QUICKSTARTS).join(', ')}.`,
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
    {
      name: 'records',
      type: 'number',
      default: '0',
      least: 0,
      description: 'Number of records to make; 0: unlimited.',
    },
  ],
  example: `CREATE SOURCE clicks WITH (connector='datagen', topic='clicks', fields='id=sequence; state=one(LA*3,CA); ms=int(1,500)', key='id', rate=100);
CREATE STREAM clicks (id STRING KEY, state STRING, ms INT) WITH (kafka_topic='clicks', value_format='JSON');`,

  check(options) {
    const fields = fieldsOf(options)
    const key = keyOf(options)
    if (key === null || fields.some(({ name }) => name === key)) return
    throw new OptionError('key', `There is no field ${key}. There are: ${fields.map(({ name }) => name).join(', ')}.`)
  },

  async open(context) {
    return new DatagenTask(context)
  },
}

const MOST_AT_ONCE = 5000
const PERIOD_MS = 100

class DatagenTask implements SourceTask {
  readonly #context: SourceContext
  readonly #maker: RecordMaker
  readonly #rate: number
  readonly #end: number
  readonly #startedAt: number
  /** Number of the next record. */
  #next: number
  #made = 0

  constructor(context: SourceContext) {
    const { options, position, timer } = context
    this.#context = context
    this.#maker = new RecordMaker({ fields: fieldsOf(options), key: keyOf(options), seed: options.number('seed') })
    this.#rate = options.number('rate')
    this.#end = options.number('records') || Number.POSITIVE_INFINITY
    this.#next = position === null ? 0 : Number(position)
    this.#startedAt = timer.elapsed()
  }

  async poll(): Promise<SourceBatch> {
    const { timer, clock, signal } = this.#context
    const left = this.#end - this.#next
    const elapsedMs = timer.elapsed() - this.#startedAt
    const due = Math.min(recordsDue({ elapsedMs, rate: this.#rate, made: this.#made, most: MOST_AT_ONCE }), left)
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

  #record(index: number, time: number): SourceRecord {
    const record = this.#maker.make(index, time)
    return {
      key: record.key === null ? null : Buffer.from(plainText(record.key)),
      value: Buffer.from(this.#maker.valueText(record)),
      timestamp: time,
    }
  }
}

/** Throws an OptionError. */
function fieldsOf(options: Options): readonly Field[] {
  const name = options.textOrNull('quickstart')
  const fields = options.textOrNull('fields')
  if (name === null && fields === null)
    throw new OptionError('fields', "Name the option 'fields', or the option 'quickstart'.")
  try {
    return parseFields(fields ?? quickstartOf(options)!.fields)
  } catch (error) {
    if (error instanceof FieldError) throw new OptionError('fields', error.message)
    throw error
  }
}

function quickstartOf(options: Options): Quickstart | null {
  const name = options.textOrNull('quickstart')
  if (name === null) return null
  const quickstart = quickstartNamed(name)
  if (quickstart !== null) return quickstart
  throw new OptionError(
    'quickstart',
    `There is no quickstart ${name}. There are: ${Object.keys(QUICKSTARTS).join(', ')}.`,
  )
}

const keyOf = (options: Options): string | null => options.textOrNull('key') ?? quickstartOf(options)?.key ?? null
