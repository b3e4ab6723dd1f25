/** Tells text from binary data. */

const DECODER = new TextDecoder('utf-8', { fatal: true })

/** UTF-8 without control characters other than white space. */
export function isPlainText(bytes: Uint8Array): boolean {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell binary from text
    return !/[\u0000-\u0008\u000e-\u001f]/.test(DECODER.decode(bytes))
  } catch {
    return false
  }
}
