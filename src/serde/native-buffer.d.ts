/** Methods that Node gives its buffers and its documentation and types leave out: what `toString` and `write` call in the end. */
export {}

declare global {
  interface Buffer {
    utf8Slice(start: number, end: number): string
    latin1Slice(start: number, end: number): string
    utf8Write(text: string, offset: number, length?: number): number
    latin1Write(text: string, offset: number, length?: number): number
  }
}
