/** BYTES as text: standard base64 with padding. */

export const encodeBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

const BASE64_TEXT = /^[A-Za-z0-9+/]*={0,2}$/

/** As strict as Java's decoder: other characters, white space too, are an Error; missing padding is allowed. */
export function decodeBase64(text: string): Uint8Array {
  const digits = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
  const padded = digits !== text.length
  if (!BASE64_TEXT.test(text) || digits % 4 === 1 || (padded && text.length % 4 !== 0)) {
    throw new Error(`Illegal base64 text: '${text}'`)
  }
  // A copy: Buffer.from(text) may share a pool, and values must be plain byte arrays.
  return new Uint8Array(Buffer.from(text, 'base64'))
}
