/** The topics that a thread has used, so that the owner is queried once for each handle. */

import { unknownTopic } from '../../broker-error.ts'
import type { Partition } from '../segments/partition.ts'
import type { Catalogue } from './catalogue.ts'
import type { LogThread, OpenTopic } from './thread.ts'

export class OpenTopics {
  readonly #catalogue: Catalogue
  readonly #thread: LogThread
  readonly #topics = new Map<string, Promise<OpenTopic | null>>()

  constructor(catalogue: Catalogue, thread: LogThread) {
    this.#catalogue = catalogue
    this.#thread = thread
  }

  /** Null if there is no such topic. Calls for one topic settle in their order: sends rely on it. */
  async find(name: string): Promise<OpenTopic | null> {
    const known = await this.#ask(name)
    if (known === null || !known.partitions[0]!.state.deleted) return known
    this.#topics.delete(name)
    return this.#ask(name)
  }

  /** `UNKNOWN_TOPIC` */
  async get(name: string): Promise<OpenTopic> {
    const topic = await this.find(name)
    if (topic === null) throw unknownTopic(name)
    return topic
  }

  /** `UNKNOWN_TOPIC` */
  async partition(name: string, partition: number): Promise<Partition> {
    const topic = await this.get(name)
    const found = topic.partitions[partition]
    if (found === undefined) throw unknownTopic(name, partition)
    return found
  }

  #ask(name: string): Promise<OpenTopic | null> {
    const known = this.#topics.get(name)
    if (known !== undefined) return known
    const asked = this.#catalogue
      .openTopic(name)
      .then((handle) => (handle === null ? null : this.#thread.openTopic(handle)))
    this.#topics.set(name, asked)
    const forget = () => this.#topics.delete(name)
    asked.then((topic) => topic === null && forget(), forget)
    return asked
  }
}
