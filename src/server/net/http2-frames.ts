/**
 * HTTP/2 frames, and the few of them that an upgrade has to write for stream 1.
 *
 * Frame (RFC 9113 4.1): length 24 bits, type 8, flags 8, reserved 1 + stream id 31, payload.
 * Header field, literal, never put into the table, with a new name (RFC 7541 6.2.2): byte 0, then name and value, each a length and its
 * bytes. So the client's compression state stays what the client thinks it is.
 */
export const PREFACE_BYTES = 24
export const FRAME_HEADER_BYTES = 9

export const DATA = 0x0
export const HEADERS = 0x1
export const RST_STREAM = 0x3
const CONTINUATION = 0x9
export const END_STREAM = 0x1
const END_HEADERS = 0x4
export const PADDED = 0x8
const UPGRADED_STREAM = 1
/** The size that every endpoint takes (RFC 9113 4.2). */
const MAX_PAYLOAD_BYTES = 16_384

/** Length of the payload of the frame that starts at `offset`. */
export const payloadLength = (bytes: Buffer, offset: number): number => bytes.readUIntBE(offset, 3)

export function headersFrames(
  headers: readonly (readonly [string, string])[],
  { endsStream }: { readonly endsStream: boolean },
): Buffer[] {
  const block = Buffer.concat(headers.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]))
  const parts = split(block)
  return parts.map((part, i) => {
    const last = i === parts.length - 1 ? END_HEADERS : 0
    return i === 0 ? frame(HEADERS, last | (endsStream ? END_STREAM : 0), part) : frame(CONTINUATION, last, part)
  })
}

/** None for an empty body: its HEADERS end the stream. */
export function dataFrames(body: Buffer): Buffer[] {
  if (body.length === 0) return []
  const parts = split(body)
  return parts.map((part, i) => frame(DATA, i === parts.length - 1 ? END_STREAM : 0, part))
}

/** One of another stream, which does not end it. */
export const dataFrame = (id: number, payload: Buffer): Buffer => frame(DATA, 0, payload, id)

function split(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / MAX_PAYLOAD_BYTES)
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * MAX_PAYLOAD_BYTES, (i + 1) * MAX_PAYLOAD_BYTES))
}

function frame(type: number, flags: number, payload: Buffer, id = UPGRADED_STREAM): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES)
  header.writeUIntBE(payload.length, 0, 3)
  header.writeUInt8(type, 3)
  header.writeUInt8(flags, 4)
  header.writeUInt32BE(id, 5)
  return Buffer.concat([header, payload])
}

/** A string without Huffman coding: its length as an integer with a prefix of 7 bits (RFC 7541 5.1, 5.2), then its bytes. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes])
  const length = [127]
  let rest = bytes.length - 127
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128)
  length.push(rest)
  return Buffer.concat([Buffer.from(length), bytes])
}
