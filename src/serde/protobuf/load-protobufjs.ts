/** The parser of .proto files, loaded with the first of them: most servers have none, and every thread would spend 20 to 30 ms at its start. */
import { createRequire } from 'node:module'
import type protobuf from 'protobufjs'

let loaded: typeof protobuf | undefined

/** Synchronous, as schemas are parsed where a reader is made. */
export function protobufjs(): typeof protobuf {
  loaded ??= createRequire(import.meta.url)('protobufjs') as typeof protobuf
  return loaded
}
