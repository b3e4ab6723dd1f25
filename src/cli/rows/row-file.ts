/** Where the rows of `millrace produce` come from: a file or standard input, decompressed by its first bytes. */
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { PassThrough, type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { ClientError } from '../client/client-error.ts'

export interface RowFile {
  /** The decompressed bytes. Fails with a ClientError for damaged compression. */
  readonly bytes: Readable
  /** Name without `.gz` or `.zst`, for guessing the format; empty for standard input. */
  readonly name: string
  /** Size in bytes as it lies on disk; null for standard input. */
  readonly size: number | null
  /** Bytes of `size` that were read so far. */
  readonly bytesRead: () => number
}

const GZIP = Buffer.from([0x1f, 0x8b])
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/** `path` null or `-`: standard input. Throws a ClientError if the file cannot be read. */
export async function openRowFile(path: string | null, stdin: Readable): Promise<RowFile> {
  const isFile = path !== null && path !== '-'
  const size = isFile ? sizeOf(path) : null
  let read = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length
      done(null, chunk)
    },
  })
  const raw = isFile ? createReadStream(path, { highWaterMark: 256 * 1024 }) : stdin
  const bytes = new PassThrough()
  void flow(raw, counter, bytes)
  return { bytes, name: isFile ? basename(path).replace(/\.(gz|zst)$/i, '') : '', size, bytesRead: () => read }
}

function sizeOf(path: string): number {
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) throw new Error('it is a directory')
    return stats.size
  } catch (error) {
    throw new ClientError(`${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** Never rejects: what fails ends `out` with an error. */
async function flow(raw: Readable, counter: Transform, out: PassThrough): Promise<void> {
  try {
    const head = await firstBytes(raw)
    const decompress = decompressor(head)
    if (decompress === null) await pipeline(raw, counter, out)
    else await pipeline(raw, counter, decompress, out)
  } catch (error) {
    out.destroy(new ClientError(`The input cannot be read: ${(error as Error).message}`, { cause: error }))
  }
}

/** Looks at the beginning of `raw` and leaves it to be read. */
async function firstBytes(raw: Readable): Promise<Buffer> {
  for (;;) {
    const chunk = raw.read() as Buffer | null
    if (chunk !== null) {
      raw.unshift(chunk)
      return chunk
    }
    if (raw.readableEnded || raw.destroyed) return Buffer.alloc(0)
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        raw.off('readable', done)
        raw.off('end', done)
        raw.off('error', reject)
        resolve()
      }
      raw.once('readable', done)
      raw.once('end', done)
      raw.once('error', reject)
    })
  }
}

function decompressor(head: Buffer): Transform | null {
  if (head.subarray(0, 2).equals(GZIP)) return createGunzip()
  return head.subarray(0, 4).equals(ZSTD) ? createZstdDecompress() : null
}
