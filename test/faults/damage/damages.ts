/** One damage to one file of a data directory, chosen by a seed. */
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join, relative } from 'node:path'

const PAGE_BYTES = 4096
/** The kind of files that hold state. */
const STATE = 'state'
const MAX_FLIPPED_BYTES = 20

/** A third of the damages hit rows, a third state, and each other kind of file is as likely as the others: most files are alike. */
export function damageOne(dataDir: string, random: () => number): string {
  const kinds = Map.groupBy(filesOf(dataDir), kindOf)
  const [rows, state] = [kinds.get('rows N.log'), kinds.get(STATE)]
  const first = pick([rows, state, undefined], random) ?? pick([...kinds.values()], random)
  const path = pick(first, random)
  const { size } = statSync(path)
  const name = relative(dataDir, path)
  const how = size === 0 ? 'delete' : pick(['flip', 'flip', 'cut', 'delete', 'zero'] as const, random)
  switch (how) {
    case 'delete':
      rmSync(path)
      return `${name} deleted`
    case 'cut': {
      const length = Math.floor(random() * size)
      truncateSync(path, length)
      return `${name} cut to ${length} of ${size} bytes`
    }
    case 'zero': {
      const from = Math.floor((random() * size) / PAGE_BYTES) * PAGE_BYTES
      const length = Math.min(PAGE_BYTES, size - from)
      rewrite(path, from, Buffer.alloc(length))
      return `${name} zeroed from ${from} for ${length} bytes`
    }
    case 'flip': {
      const from = Math.floor(random() * size)
      const length = Math.min(size - from, 1 + Math.floor(random() * MAX_FLIPPED_BYTES))
      const bytes = readAt(path, from, length)
      const mask = 1 << Math.floor(random() * 8)
      rewrite(
        path,
        from,
        bytes.map((byte) => byte ^ mask),
      )
      return `${name} flipped from ${from} for ${length} bytes`
    }
  }
}

/** Topics of the log and of the engine are kinds of their own, as others that hold rows are alike. */
function kindOf(path: string): string {
  if (path.endsWith('data.mdb')) return STATE
  const [, topic = '', file = ''] = /\/topics\/([^/]+)\/(?:\d+\/)?([^/]+)$/.exec(path) ?? ['', '', path]
  const owner = topic === '' || /^__|command_topic|repartition/.test(topic) ? topic : 'rows'
  return `${owner} ${file.replaceAll(/\d{2,}|(?<=slot-)\d/g, 'N')}`
}

const filesOf = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .sort()

const pick = <Item>(items: readonly Item[], random: () => number): Item => items[Math.floor(random() * items.length)]!

function readAt(path: string, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  withFile(path, 'r', (file) => readSync(file, bytes, 0, length, position))
  return bytes
}

function rewrite(path: string, position: number, bytes: Uint8Array): void {
  withFile(path, 'r+', (file) => writeSync(file, bytes, 0, bytes.length, position))
}

function withFile(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags)
  try {
    use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
