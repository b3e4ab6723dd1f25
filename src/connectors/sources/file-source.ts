/** The source `file`: lines of files as they are written. */
import { glob, stat } from 'node:fs/promises'
import { sleep } from '../../clock.ts'
import type { SourceBatch, SourceContext, SourceDeclaration, SourceRecord, SourceTask } from '../connector.ts'
import { optionPath } from '../option-files.ts'
import { OptionError, type Options } from '../options.ts'
import { csvFields, csvObject } from './csv-lines.ts'
import { LogTail, type TailPosition } from './log-tail.ts'

export const fileSource: SourceDeclaration = {
  kind: 'SOURCE',
  name: 'file',
  keepsPosition: true,
  description:
    'Reads files line by line and continues as they grow, like `tail -F`: a file that is rotated is read to its end before the new one, and a ' +
    'truncated file from its start.',
  guarantee: 'Exactly once: the position in each file is stored with the records.',
  options: [
    {
      name: 'path',
      type: 'text',
      default: null,
      isRequired: true,
      description:
        'File, or a pattern for several: `logs/*.log`. Files must be below one of `millrace.connectors.directories`. New files are found as they appear.',
    },
    {
      name: 'format',
      type: 'choice',
      default: 'lines',
      choices: ['lines', 'ndjson', 'csv'],
      description:
        'What a line becomes: the value as it is, a JSON object that must be one, or, by the header in the first line of the file, an object of texts.',
    },
    { name: 'delimiter', type: 'text', default: ',', description: 'Character between the fields of CSV.' },
    {
      name: 'max.line.bytes',
      type: 'number',
      default: '1000000',
      least: 1,
      most: 67_108_864,
      description:
        'Maximum size of a line. A longer one is skipped, counted and logged. `max.message.bytes` of the topic must be larger; its default is 1 MiB.',
    },
    {
      name: 'start',
      type: 'choice',
      default: 'beginning',
      choices: ['beginning', 'end'],
      description:
        'Whether files that exist when the connector is created are read from their beginning, or only lines appended later.',
    },
    {
      name: 'scan.interval.ms',
      type: 'duration',
      default: '200',
      least: 1,
      description: 'Interval at which files are checked for new lines, and directories for new files.',
    },
    { name: 'key', type: 'choice', default: 'none', choices: ['none', 'path'], description: 'Key of the records.' },
  ],
  example: `CREATE SOURCE access_log WITH (connector='file', topic='access', path='access*.ndjson', format='ndjson');
CREATE STREAM access (method STRING, path STRING, status INT) WITH (kafka_topic='access', value_format='JSON');`,

  check(options) {
    if ([...options.text('delimiter')].length !== 1)
      throw new OptionError('delimiter', "The option 'delimiter' takes one character.")
  },

  async open(context) {
    return new FileTask(context, optionPath('path', context))
  },
}

/** Positions of files by device and inode. */
type Positions = Readonly<Record<string, TailPosition>>

const MOST_RECORDS = 20_000

/** A line as the value of a record; null: it is not well-formed. */
type LineReader = (line: Buffer, tail: LogTail) => Buffer | null

class FileTask implements SourceTask {
  readonly #context: SourceContext
  readonly #pattern: string
  readonly #readLine: LineReader
  readonly #tails = new Map<string, LogTail>()
  /** Positions of files that are not open: those of a rotation that were read, and those of the time before a restart. */
  readonly #positions: Map<string, TailPosition>
  readonly #startsAtEnd: boolean
  #scannedAt = Number.NEGATIVE_INFINITY
  #bad = 0
  #isFirstScan: boolean
  /** Whether a position was taken over since the last batch. */
  #hasNewPosition = false

  constructor(context: SourceContext, pattern: string) {
    const { options, position } = context
    this.#context = context
    this.#pattern = pattern
    this.#readLine = lineReader(options)
    const positions = position === null ? {} : (JSON.parse(position) as Positions)
    this.#positions = new Map(Object.entries(positions))
    this.#isFirstScan = position === null
    this.#startsAtEnd = options.text('start') === 'end'
  }

  async poll(): Promise<SourceBatch> {
    const { timer, signal, options } = this.#context
    await this.#scanIfDue()
    const records: SourceRecord[] = []
    let hasChanged = this.#takeChanged()
    for (const tail of [...this.#tails.values()]) {
      if (records.length >= MOST_RECORDS) break
      const before = tail.offset
      await this.#read(tail, records)
      hasChanged ||= tail.offset !== before || !this.#tails.has(tail.path)
    }
    if (records.length === 0 && !hasChanged) {
      await sleep(timer, options.number('scan.interval.ms'), { signal })
      return { records, position: null }
    }
    return { records, position: JSON.stringify(this.#allPositions()) }
  }

  async close(): Promise<void> {
    for (const tail of this.#tails.values()) await tail.close()
    this.#tails.clear()
  }

  #takeChanged(): boolean {
    const had = this.#hasNewPosition
    this.#hasNewPosition = false
    return had
  }

  #allPositions(): Positions {
    const open = [...this.#tails.values()].map((tail) => [tail.id, tail.position] as const)
    return Object.fromEntries([...this.#positions, ...open])
  }

  async #read(tail: LogTail, records: SourceRecord[]): Promise<void> {
    const lines = await tail.read({ isLast: false })
    if (lines.length > 0) return this.#take(lines, tail, records)
    if (!(await tail.isRotated(identityOf))) return
    const last = await tail.read({ isLast: true })
    this.#take(last, tail, records)
    if (last.length > 0) return
    // The file has another name or none, and was read to its end; what has its name now is found by the next scan.
    this.#tails.delete(tail.path)
    this.#positions.set(tail.id, tail.position)
    await tail.close()
    this.#scannedAt = Number.NEGATIVE_INFINITY
  }

  #take(lines: readonly Buffer[], tail: LogTail, records: SourceRecord[]): void {
    const { options, clock, warn, connector } = this.#context
    const timestamp = clock.now()
    const key = options.text('key') === 'path' ? Buffer.from(tail.path) : null
    for (const line of lines) {
      if (line.length === 0) continue
      const value = this.#readLine(line, tail)
      if (value !== null) records.push({ key, value, timestamp })
      else if (tail.header !== undefined || options.text('format') !== 'csv') this.#bad++
    }
    if (this.#bad + tail.overlong === 0) return
    warn(
      `Connector ${connector}: of ${tail.path}, ${tail.overlong} lines were longer than max.line.bytes and ${this.#bad} were not well-formed, ` +
        `before byte ${tail.offset}. They were passed over.`,
    )
    this.#bad = 0
    tail.overlong = 0
  }

  async #scanIfDue(): Promise<void> {
    const { timer, options } = this.#context
    const now = timer.elapsed()
    if (now - this.#scannedAt < options.number('scan.interval.ms')) return
    this.#scannedAt = now
    const paths: string[] = []
    for await (const path of glob(this.#pattern)) paths.push(path)
    const there = new Set<string>()
    for (const path of paths.sort()) {
      const identity = await identityOf(path)
      if (identity === null || !identity.isFile) continue
      there.add(identity.id)
      if (!this.#tails.has(path)) await this.#openTail(path, identity)
    }
    for (const id of this.#positions.keys()) if (!there.has(id)) this.#positions.delete(id)
    this.#isFirstScan = false
  }

  async #openTail(path: string, { id, size }: { readonly id: string; readonly size: number }): Promise<void> {
    const known = this.#positions.get(id)
    // A file that was read to its end before it was renamed has nothing new.
    if (isBeingRead(this.#tails, id) || known?.offset === size) return
    const skipped = this.#isFirstScan && this.#startsAtEnd ? { offset: size, lines: 0 } : null
    try {
      const tail = await LogTail.open(path, known ?? skipped, this.#context.options.number('max.line.bytes'))
      this.#tails.set(path, tail)
      this.#positions.delete(id)
      this.#hasNewPosition = true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

const isBeingRead = (tails: ReadonlyMap<string, LogTail>, id: string): boolean =>
  [...tails.values()].some((tail) => tail.id === id)

async function identityOf(path: string) {
  try {
    const found = await stat(path)
    return { id: `${found.dev}:${found.ino}`, size: found.size, isFile: found.isFile() }
  } catch {
    return null
  }
}

function lineReader(options: Options): LineReader {
  switch (options.text('format')) {
    case 'ndjson':
      return (line) => (isObject(line) ? line : null)
    case 'csv':
      return csvReader(options.text('delimiter'))
    default:
      return (line) => line
  }
}

/** A look at both ends: the format of the stream reads the rest, and has its own way with what it cannot read. */
const isObject = (line: Buffer): boolean => line[0] === 0x7b && line[line.length - 1] === 0x7d

/** The first line of each file is its header. */
function csvReader(delimiter: string): LineReader {
  return (line, tail) => {
    const text = line.toString()
    if (tail.header === undefined) {
      tail.header = text.replace(/^\uFEFF/, '')
      return null
    }
    const names = csvFields(tail.header, delimiter) ?? []
    const json = csvObject(names, text, delimiter)
    return json === null ? null : Buffer.from(json)
  }
}
