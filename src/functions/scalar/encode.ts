/** Text and bytes in hex, utf8, ascii and base64; digests. */
import { createHash } from 'node:crypto'
import { decodeBase64, encodeBase64 } from '../../types/base64.ts'
import { type FunctionDeclaration, parameter, scalar } from '../declaration.ts'

export const encodeFunctions: readonly FunctionDeclaration[] = [
  scalar({
    name: 'ENCODE',
    cost: 'linear',
    category: 'STRING',
    description: 'Converts text from one encoding to another.',
    example: { call: "ENCODE('Hi', 'utf8', 'hex')", result: '4869' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to convert'),
          parameter('from', 'STRING', 'encoding it is in: hex, utf8, ascii or base64'),
          parameter('to', 'STRING', 'another one of these encodings'),
        ],
        returns: 'STRING',
        nulls: 'propagate',
        call: encode,
      },
    ],
  }),
  scalar({
    name: 'FROM_BYTES',
    cost: 'linear',
    category: 'STRING',
    description: 'Converts bytes to text in an encoding.',
    example: { call: "FROM_BYTES(TO_BYTES('Hi', 'utf8'), 'hex')", result: '4869' },
    variants: [
      {
        parameters: [
          parameter('bytes', 'BYTES', 'bytes to convert'),
          parameter('encoding', 'STRING', 'hex, utf8, ascii or base64', checkEncoding),
        ],
        returns: 'STRING',
        nulls: 'propagate',
        call: (bytes: Uint8Array, encoding: string) => {
          const text = encodingOf(encoding).fromBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
          return encoding.toLowerCase() === 'hex' ? text.toUpperCase() : text
        },
      },
    ],
  }),
  scalar({
    name: 'TO_BYTES',
    cost: 'linear',
    category: 'STRING',
    description: 'Converts text in an encoding to bytes.',
    example: { call: "TO_BYTES('Hi', 'utf8')", result: 'SGk=' },
    variants: [
      {
        parameters: [
          parameter('text', 'STRING', 'text to parse'),
          parameter('encoding', 'STRING', 'hex, utf8, ascii or base64', checkEncoding),
        ],
        returns: 'BYTES',
        nulls: 'propagate',
        // A copy: buffers may share a pool, and values must be plain byte arrays.
        call: (text: string, encoding: string) => new Uint8Array(encodingOf(encoding).toBytes(text)),
      },
    ],
  }),
  scalar({
    name: 'MD5',
    cost: 'linear',
    category: 'STRING',
    description: 'MD5 digest of the UTF-8 bytes of a text, in lower-case hex.',
    example: { call: "MD5('Hi')", result: 'c1a5298f939e87e8f962a5edfc206918' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to digest')],
        returns: 'STRING',
        nulls: 'propagate',
        call: (text: string) => createHash('md5').update(text, 'utf8').digest('hex'),
      },
    ],
  }),
]

interface Encoding {
  readonly toBytes: (text: string) => Uint8Array
  readonly fromBytes: (bytes: Buffer) => string
}

const ENCODINGS = new Map<string, Encoding>([
  ['hex', { toBytes: parseHex, fromBytes: (bytes) => bytes.toString('hex') }],
  ['utf8', { toBytes: (text) => Buffer.from(text, 'utf8'), fromBytes: (bytes) => bytes.toString('utf8') }],
  ['ascii', { toBytes: toAscii, fromBytes: fromAscii }],
  ['base64', { toBytes: decodeBase64, fromBytes: encodeBase64 }],
])

function encode(text: string, from: string, to: string): string {
  const source = ENCODINGS.get(from.toLowerCase())
  const target = ENCODINGS.get(to.toLowerCase())
  if (source === undefined || target === undefined || source === target) {
    throw new Error('Supported input and output encodings are: hex, utf8, ascii and base64')
  }
  const bytes = source.toBytes(text)
  return target.fromBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
}

function encodingOf(name: string): Encoding {
  const encoding = ENCODINGS.get(name.toLowerCase())
  if (encoding === undefined) {
    throw new Error(`Unknown encoding type '${name}'. Supported formats are 'hex', 'utf8', 'ascii', and 'base64'.`)
  }
  return encoding
}

function checkEncoding(name: string): void {
  encodingOf(name)
}

/** `0x4a`, `X'4a'`, `x'4a'` or `4a`. Only after `0x` may a leading zero be left out. */
function parseHex(text: string): Uint8Array {
  const [, afterPrefix, quoted, bare] = /^(?:0[xX]([0-9a-fA-F]*)|[xX]'([0-9a-fA-F]*)'|([0-9a-fA-F]*))$/.exec(text) ?? []
  if (afterPrefix !== undefined) {
    return Buffer.from(afterPrefix.length % 2 === 0 ? afterPrefix : `0${afterPrefix}`, 'hex')
  }
  const digits = quoted ?? bare
  if (digits === undefined) throw new Error(`'${text}' is not hexadecimal.`)
  if (digits.length % 2 !== 0) throw new Error(`'${text}' has an odd number of hexadecimal digits.`)
  return Buffer.from(digits, 'hex')
}

/** Characters beyond ASCII become `?`, a surrogate pair one. */
function toAscii(text: string): Uint8Array {
  return Buffer.from(text.replace(/[^\0-\x7f]/gu, '?'), 'latin1')
}

/** Bytes beyond ASCII become U+FFFD each. */
function fromAscii(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, '\ufffd')
}
