/** Properties of Kafka's clients as this server reads them. */
import type { Config } from './config.ts'

/** Value of a property of Kafka's clients; undefined: it is not set. */
export type ClientProperty = (name: string) => string | undefined

const CLIENTS = ['consumer.', 'producer.', 'admin.'] as const

/**
 * Where a property is not set, that of a consumer, producer or admin client counts, since this server has one kind of connection for all
 * three. Throws an Error if these differ.
 */
export function clientProperty(config: Config): ClientProperty {
  return (name) => {
    const own = config.get(name)
    if (own !== undefined) return own
    const [first, ...others] = CLIENTS.map((client) => `${client}${name}`).filter(
      (given) => config.get(given) !== undefined,
    )
    const value = first === undefined ? undefined : config.get(first)
    const different = others.find((other) => config.get(other) !== value)
    if (different === undefined) return value
    throw new Error(
      `Configurations ${first} and ${different} differ, but this server has one kind of connection for both. Set ${name} instead.`,
    )
  }
}
