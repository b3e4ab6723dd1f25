/**
 * Compression of a record batch's records. gzip and zstd are Node's own; snappy and lz4 are optional native packages, loaded when the
 * first such batch is met.
 * Source: Kafka `CompressionType`; snappy's framing is that of xerial's snappy-java `SnappyOutputStream`; lz4 is the LZ4 frame format.
 */

import { createRequire } from 'node:module'
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { BrokerError } from './broker-error.ts'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Position: the code in a batch's attributes. */
export const COMPRESSIONS: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

interface Codec {
  compress(bytes: Buffer): Buffer
  decompress(bytes: Buffer): Buffer
}

/** A batch that unpacks to more than this is refused: it is a bomb, or broken. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024

/** Speed before size, as Kafka's producers are used. */
const GZIP_LEVEL = 4
const ZSTD_LEVEL = 1

const gzip: Codec = {
  compress: (bytes) => gzipSync(bytes, { level: GZIP_LEVEL }),
  decompress: (bytes) => gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }),
}

const zstd: Codec = {
  compress: (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } }),
  decompress: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }),
}

interface SnappyModule {
  compressSync(bytes: Buffer): Buffer
  uncompressSync(bytes: Buffer): Buffer
}

/** "\x82SNAPPY\0", then version 1 and least compatible version 1. */
const XERIAL_HEADER = Buffer.from('82534e41505059000000000100000001', 'hex')
const XERIAL_MAGIC = XERIAL_HEADER.subarray(0, 8)
const XERIAL_BLOCK_BYTES = 32 * 1024

const snappy: Codec = {
  compress(bytes) {
    const { compressSync } = optionalModule<SnappyModule>('snappy')
    const parts: Buffer[] = [XERIAL_HEADER]
    for (let at = 0; at < bytes.length; at += XERIAL_BLOCK_BYTES) {
      const block = compressSync(bytes.subarray(at, at + XERIAL_BLOCK_BYTES))
      const length = Buffer.allocUnsafe(4)
      length.writeInt32BE(block.length)
      parts.push(length, block)
    }
    return Buffer.concat(parts)
  },
  /** Clients other than Java's write one raw block without xerial's frame. */
  decompress(bytes) {
    const { uncompressSync } = optionalModule<SnappyModule>('snappy')
    if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return uncompressSync(bytes)
    const parts: Buffer[] = []
    for (let at = XERIAL_HEADER.length; at < bytes.length; ) {
      const length = bytes.readInt32BE(at)
      const start = at + 4
      if (length < 0 || start + length > bytes.length) throw new RangeError(`snappy block of ${length} bytes`)
      parts.push(uncompressSync(bytes.subarray(start, start + length)))
      at = start + length
    }
    return Buffer.concat(parts)
  },
}

interface Lz4Module {
  compressFrameSync(bytes: Buffer): Buffer
  decompressFrameSync(bytes: Buffer): Buffer
}

const lz4: Codec = {
  compress: (bytes) => optionalModule<Lz4Module>('lz4-napi').compressFrameSync(bytes),
  decompress: (bytes) => optionalModule<Lz4Module>('lz4-napi').decompressFrameSync(bytes),
}

const CODECS: readonly (Codec | null)[] = [null, gzip, snappy, lz4, zstd]

const loadModule = createRequire(import.meta.url)

function optionalModule<Module>(name: string): Module {
  try {
    return loadModule(name) as Module
  } catch (cause) {
    const advice = `Install it beside Millrace (npm install ${name}), or use gzip or zstd.`
    throw new BrokerError('UNSUPPORTED', `This compression needs the package ${name}, which is not there. ${advice}`, {
      cause,
    })
  }
}

/** `bytes` as they go into a batch. `UNSUPPORTED` when an optional package is absent. */
export function compress(bytes: Buffer, compression: Compression): Buffer {
  return CODECS[COMPRESSIONS.indexOf(compression)]?.compress(bytes) ?? bytes
}

/** The records of a batch whose attributes hold `code`. `UNSUPPORTED`: a code or package not known; `CORRUPT_LOG`: it does not unpack. */
export function decompress(bytes: Buffer, code: number): Buffer {
  const codec = CODECS[code]
  if (codec === undefined) throw new BrokerError('UNSUPPORTED', `A record batch has the unknown compression ${code}.`)
  try {
    return codec === null ? bytes : codec.decompress(bytes)
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause
    throw new BrokerError('CORRUPT_LOG', `The ${COMPRESSIONS[code]} data of a record batch does not unpack.`, { cause })
  }
}
