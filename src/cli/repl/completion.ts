/** Completion with Tab: keywords, commands, and the names that the server knows. */
import { isKeyword, VOCABULARY } from '../../../grammar/tokens.ts'
import type { Client } from '../client/client.ts'
import { COMMANDS } from './built-in-commands.ts'

const KEYWORDS = VOCABULARY.filter(isKeyword).map((token) => token.LABEL!.slice(1, -1))

/** Completes words; the server's names are cached until `invalidate`. */
export class Completion {
  readonly #client: () => Client
  #names: Promise<readonly string[]> | null = null

  constructor(client: () => Client) {
    this.#client = client
  }

  /** Drops the cached names, because a statement may have changed them. */
  invalidate(): void {
    this.#names = null
  }

  /** The words that can complete `line`, and the part of the word that has been typed. */
  async complete(line: string): Promise<[candidates: string[], part: string]> {
    const [part = ''] = /[A-Za-z0-9_`.-]*$/.exec(line) ?? []
    this.#names ??= serverNames(this.#client())
    const isFirstWord = line.trimStart() === part
    const commands = isFirstWord ? COMMANDS.map(({ name }) => name) : []
    const words = [...new Set([...KEYWORDS, ...(await this.#names), ...commands])]
    return [candidates(words, part), part]
  }
}

/** The words that begin with `part`, in the case that the user types. */
export function candidates(words: readonly string[], part: string): string[] {
  if (part === '') return []
  const isLower = part === part.toLowerCase()
  return words
    .filter((word) => word.toLowerCase().startsWith(part.toLowerCase()))
    .map((word) => (isLower && !word.startsWith('`') ? word.toLowerCase() : word))
    .sort()
}

/** Names of sources, their columns and topics, and of functions; none if the server does not answer. */
async function serverNames(client: Client): Promise<readonly string[]> {
  try {
    const entities = await client.execute('SHOW STREAMS EXTENDED; SHOW TABLES EXTENDED; SHOW FUNCTIONS; SHOW TOPICS;', {
      signal: AbortSignal.timeout(2000),
    })
    return entities.flatMap((entity) => {
      switch (entity['@type']) {
        case 'source_descriptions':
          return entity.sourceDescriptions.flatMap(({ name, fields }) => [name, ...fields.map((field) => field.name)])
        case 'function_names':
          return entity.functions.map(({ name }) => name)
        case 'kafka_topics':
          return entity.topics.map(({ name }) => name)
        default:
          return []
      }
    })
  } catch {
    return []
  }
}
