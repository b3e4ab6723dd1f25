/** The sink `file`: JSON lines in files whose names are the position of the sink. */
import { type FileHandle, mkdir, open, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import { type SinkContext, type SinkDeclaration, type SinkRecord, type SinkTask, TAKEN } from '../connector.ts'
import { COLUMN_NAMES, columnNames } from '../document-options.ts'
import { type DocumentWriter, documentWriter } from '../documents.ts'
import { optionPath } from '../option-files.ts'
import { onDisk } from './on-disk.ts'
import { isFull, offsetBehind, type RollLimits, runEnd, runName, runPrefix } from './rolling-files.ts'

export const fileSink: SinkDeclaration = {
  kind: 'SINK',
  name: 'file',
  description:
    'Writes records as lines of JSON into files of a directory. A file appears under its name when it is complete.',
  guarantee:
    'Exactly once: the name of a file has the offsets of its records, and a restarted task continues behind the last file.',
  options: [
    {
      name: 'directory',
      type: 'text',
      default: null,
      isRequired: true,
      description:
        'Directory of the files; it is created if it is missing. It must be below one of `millrace.connectors.directories`.',
    },
    {
      name: 'roll.records',
      type: 'number',
      default: '100000',
      least: 1,
      description: 'Maximum number of records in a file.',
    },
    {
      name: 'roll.bytes',
      type: 'number',
      default: '67108864',
      least: 1,
      description: 'A file is complete when it has this many bytes.',
    },
    {
      name: 'roll.interval.ms',
      type: 'duration',
      default: '5000',
      least: 0,
      description: 'A file is complete when its first record has waited for this long.',
    },
    COLUMN_NAMES,
  ],
  example: `CREATE STREAM clicks (userid STRING KEY, page STRING) WITH (kafka_topic='clicks', value_format='JSON', partitions=1);
CREATE SINK clicks_to_files FROM clicks WITH (connector='file', directory='clicks', "roll.interval.ms"='1000');`,

  async open(context) {
    const directory = optionPath('directory', context)
    await onDisk(directory, () => mkdir(directory, { recursive: true }))
    return new FileTask(directory, context)
  },
}

const EXTENSION = '.json'
const UNFINISHED = '.part'
const OWNER = '.cluster'

class FileTask implements SinkTask {
  readonly #directory: string
  readonly #context: SinkContext
  readonly #limits: RollLimits
  readonly #write: DocumentWriter
  readonly #buffer = new ByteBuffer(1 << 20)
  #file: FileHandle | null = null
  /** Whether the open file has its name already, and only the directory was not written. */
  #isNamed = false
  #first = 0
  /** Offset behind what was written to the open file. */
  #next = 0
  #records = 0
  #bytes = 0
  #openedAt = 0
  #durable = 0

  constructor(directory: string, context: SinkContext) {
    this.#directory = directory
    this.#context = context
    const { options, source } = context
    this.#limits = {
      records: options.number('roll.records'),
      bytes: options.number('roll.bytes'),
      ageMs: options.number('roll.interval.ms'),
    }
    this.#write = documentWriter(source, { names: columnNames(options) })
  }

  async start(committed: number): Promise<number> {
    const { source, partition } = this.#context
    await this.#checkCluster()
    const names = await onDisk(this.#directory, () => readdir(this.#directory))
    const ends = names.map((name) => runEnd(name, source.topic, partition)).filter((end) => end !== null)
    this.#durable = this.#next = Math.max(committed, ...ends)
    return this.#durable
  }

  /** The names of files say nothing about the topic of another cluster. A file beside them says whose they are. */
  async #checkCluster(): Promise<void> {
    const { cluster, source, options } = this.#context
    const path = join(this.#directory, `.${source.topic}${OWNER}`)
    try {
      await onDisk(path, () => writeFile(path, cluster, { flag: 'wx' }))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const owner = await onDisk(path, () => readFile(path, 'utf8'))
      if (owner === cluster) return
      // Another task of the connector is just writing it, or the server was killed when it was.
      if (owner === '') return onDisk(path, () => writeFile(path, cluster))
      throw new Error(
        `The directory ${options.text('directory')} has files of the topic ${source.topic} of another cluster, so that offsets mean ` +
          `other records. Choose another directory, or move those files and ${path} away.`,
      )
    }
  }

  /** A repeated call finds what the first one has written, and completes the file first if it is full. */
  async write(records: readonly SinkRecord[]) {
    await this.flush({ now: false })
    let at = records.findIndex(({ offset }) => offset >= this.#next)
    while (at >= 0 && at < records.length) {
      const room = this.#limits.records - (this.#file === null ? 0 : this.#records)
      const part = records.slice(at, at + room)
      await this.#append(part)
      at += part.length
      await this.flush({ now: false })
    }
    return TAKEN
  }

  durable(): number {
    return this.#file === null ? this.#next : this.#durable
  }

  async flush({ now }: { readonly now: boolean }): Promise<void> {
    if (this.#file === null || this.#records === 0) return
    const ageMs = this.#context.timer.elapsed() - this.#openedAt
    if (now || isFull({ records: this.#records, bytes: this.#bytes, ageMs }, this.#limits)) await this.#complete()
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    if (file === null) return
    await file.close().catch(() => {})
    await unlink(this.#unfinishedPath).catch(() => {})
  }

  async #append(records: readonly SinkRecord[]): Promise<void> {
    const file = this.#file ?? (await this.#openFile(records[0]!.offset))
    const buffer = this.#buffer
    buffer.clear()
    for (const record of records) {
      this.#write(record, buffer)
      buffer.writeByte(NEWLINE)
    }
    // At a position of its own: a write that has failed halfway is overwritten by the next one.
    await onDisk(this.#unfinishedPath, () => writeFully(file, buffer.since(0), this.#bytes))
    this.#bytes += buffer.position
    this.#records += records.length
    this.#next = offsetBehind(records)
  }

  get #unfinishedPath(): string {
    const { source, partition } = this.#context
    return join(this.#directory, `.${runPrefix(source.topic, partition)}${this.#context.connector}${UNFINISHED}`)
  }

  async #openFile(first: number): Promise<FileHandle> {
    const file = await onDisk(this.#unfinishedPath, () => open(this.#unfinishedPath, 'w'))
    this.#file = file
    this.#isNamed = false
    this.#first = first
    this.#records = 0
    this.#bytes = 0
    this.#openedAt = this.#context.timer.elapsed()
    return file
  }

  /** Gives the file its name, when its bytes are on the disk. */
  async #complete(): Promise<void> {
    const { source, partition } = this.#context
    const file = this.#file!
    const run = { topic: source.topic, partition, first: this.#first, last: this.#next - 1 }
    await onDisk(this.#unfinishedPath, async () => {
      await file.truncate(this.#bytes)
      await file.sync()
      if (!this.#isNamed) await rename(this.#unfinishedPath, join(this.#directory, runName(run, EXTENSION)))
    })
    this.#isNamed = true
    await onDisk(this.#directory, () => syncDirectory(this.#directory))
    this.#file = null
    this.#durable = this.#next
    await file.close().catch(() => {})
  }
}

const NEWLINE = 0x0a

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}

/** Makes the names of a directory last. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
