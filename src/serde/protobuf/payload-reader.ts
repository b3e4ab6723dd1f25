/** Reads the wanted columns of a payload that is one message. */
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { WantedColumn } from '../format.ts'
import { ProtobufInput } from './input.ts'
import type { MessageType } from './message-type.ts'
import { type MessageReader, messageReader } from './read-source.ts'
import { slotsOf, TypeMismatch, type Wanted } from './slots.ts'
import { WireFailure } from './wire.ts'

/** Methods return why a payload cannot be read, or null. */
export interface PayloadReader {
  open(bytes: Buffer, start: number, end: number, target: Row): string | null
  finish(target: Row): string | null
}

/** `columns` are filled from fields of `message`, the type of all payloads. */
export function payloadReader(
  message: MessageType,
  columns: readonly Column[],
  wanted: readonly WantedColumn[],
): PayloadReader {
  const fill = (each: readonly WantedColumn[]): MessageReader | null => {
    if (each.length === 0) return null
    const targets = each.map(({ column, target }): Wanted => ({ ...columns[column]!, target }))
    return messageReader(slotsOf(message, targets, ''), message.oneofs)
  }
  try {
    return new MessageColumns(fill(wanted.filter(({ first }) => first)), fill(wanted.filter(({ first }) => !first)))
  } catch (error) {
    if (!(error instanceof TypeMismatch)) throw error
    return { open: () => error.message, finish: () => error.message }
  }
}

/** The two parts go over the payload each by itself, as a field may come again up to its end. */
class MessageColumns implements PayloadReader {
  readonly #first: MessageReader | null
  readonly #rest: MessageReader | null
  readonly #input = new ProtobufInput()
  #start = 0

  constructor(first: MessageReader | null, rest: MessageReader | null) {
    this.#first = first
    this.#rest = rest
  }

  open(bytes: Buffer, start: number, end: number, target: Row): string | null {
    this.#input.begin(bytes, start, end)
    this.#start = start
    return this.#read(this.#first, target)
  }

  finish(target: Row): string | null {
    return this.#read(this.#rest, target)
  }

  #read(part: MessageReader | null, target: Row): string | null {
    if (part === null) return null
    const input = this.#input
    try {
      part.setDefaults(target)
      part.read(input.bytes, this.#start, input.end, target, input)
      return null
    } catch (error) {
      if (error instanceof WireFailure) return error.message
      throw error
    }
  }
}
