/** Message types of a file by name, and by the indexes that stand before each record of the registry's format. */
import type { MessageType, ProtoFile } from './message-type.ts'

/** Names of all top-level messages, as ksqlDB lists them where a name is needed. */
export const messageNames = ({ messages }: ProtoFile): string[] => messages.map(({ fullName }) => fullName)

/** The message of that full name, also one within another. */
export function messageNamed({ messages }: ProtoFile, fullName: string): MessageType | undefined {
  return find(messages, (message) => message.fullName === fullName)
}

function find(messages: readonly MessageType[], matches: (message: MessageType) => boolean): MessageType | undefined {
  for (const message of messages) {
    const found = matches(message) ? message : find(message.nested, matches)
    if (found !== undefined) return found
  }
  return undefined
}

/** `[1, 0]` is the first message within the second one. */
export function messageAt({ messages }: ProtoFile, indexes: readonly number[]): MessageType | undefined {
  let level = messages
  let found: MessageType | undefined
  for (const index of indexes) {
    found = level[index]
    if (found === undefined) return undefined
    level = found.nested
  }
  return found
}

/** Where a message is declared; null if it is not in the file. */
export function indexesOf({ messages }: ProtoFile, message: MessageType): number[] | null {
  return pathTo(messages, message)
}

function pathTo(messages: readonly MessageType[], message: MessageType): number[] | null {
  for (const [index, candidate] of messages.entries()) {
    if (candidate === message) return [index]
    const within = pathTo(candidate.nested, message)
    if (within !== null) return [index, ...within]
  }
  return null
}
