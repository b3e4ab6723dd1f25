/** Builds the versions that the catalog names, each beside its running query, and lets them change places through the command log. */
import type { Broker } from '../../broker/broker.ts'
import { type Clock, sleep, type Timer } from '../../clock.ts'
import { messageOf } from '../../errors.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import { type Catalog, type PersistentQuery, runningVersion } from '../commands/catalog.ts'
import type { VersionsPort } from '../commands/catalog-work.ts'
import type { BuildProgress, QueryVersion, Replacement, ReplacementEffect } from '../commands/replacement.ts'
import type { Config } from '../config/config.ts'
import { groupIdOf } from '../describe/describe-query.ts'
import { deleteTopic } from '../topics.ts'
import { contentTopic } from './staged-plan.ts'
import { VersionBuild } from './version-build.ts'

export interface VersionSwitchingOptions {
  readonly broker: Broker
  readonly runtime: QueryRuntime
  readonly clock: Clock
  readonly timer: Timer
  readonly config: Config
  readonly catalog: () => Catalog
  /** Appends the effect to the command log, unless the replacement is in another phase by then. */
  readonly submit: (effect: ReplacementEffect, phase: Replacement['phase'], message: string) => Promise<void>
  readonly warn: (message: string) => void
  readonly inform: (message: string) => void
}

interface Work {
  readonly ending: AbortController
  done: Promise<void>
  /** Ends the pause before the next step. Made again before each step looks at the catalog, so that no call is lost. */
  waking: AbortController
  build: VersionBuild | null
  problem: string | null
  isReady: boolean
}

const READY_PAUSE_MS = 1000
const RETRY_MS = 1000
const ALONE_CHECK_MS = 1000
const KEPT_CHECK_MS = 60_000
const NOT_ALONE =
  'The versions change places only while one server does all of the work, and other servers do a part of it.'

export class VersionSwitching implements VersionsPort {
  readonly #options: VersionSwitchingOptions
  readonly #work = new Map<string, Work>()
  #isClosed = false

  constructor(options: VersionSwitchingOptions) {
    this.#options = options
  }

  follow(sink: string): void {
    const known = this.#work.get(sink)
    known?.waking.abort()
    if (this.#isClosed || known !== undefined) return
    const ending = new AbortController()
    const work: Work = {
      ending,
      done: Promise.resolve(),
      waking: new AbortController(),
      build: null,
      problem: null,
      isReady: false,
    }
    this.#work.set(sink, work)
    work.done = this.#follow(sink, work).finally(() => {
      if (this.#work.get(sink) === work) this.#work.delete(sink)
    })
  }

  progress(sink: string): BuildProgress | null {
    const work = this.#work.get(sink)
    if (work === undefined) return null
    return { problem: work.problem, isReady: work.isReady, recordsLeft: work.build?.recordsLeft() ?? 0 }
  }

  async discard(sink: string, { plan, overrides: config, source }: QueryVersion): Promise<void> {
    const { runtime } = this.#options
    await this.#end(sink)
    await runtime.stop(plan.queryId, { purge: false })
    // The runtime purges what it knows.
    await runtime.start({ plan, config, paused: true })
    await runtime.stop(plan.queryId, { purge: true })
    if (source.kind !== 'TABLE') return
    await this.#deleteContent(plan.queryId)
    const running = runningVersion(this.#options.catalog(), sink)
    if (running !== undefined) await this.#deleteContent(running.link.queryId)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#work.keys()].map((sink) => this.#end(sink)))
  }

  async #end(sink: string): Promise<void> {
    const work = this.#work.get(sink)
    work?.ending.abort()
    await work?.done
  }

  async #follow(sink: string, work: Work): Promise<void> {
    const { timer } = this.#options
    const { signal } = work.ending
    while (!signal.aborted) {
      work.waking = new AbortController()
      const replacement = this.#options.catalog().replacements.get(sink)
      if (replacement === undefined) return
      const pauseMs = await this.#step(sink, replacement, work).catch((error: unknown) => {
        if (!signal.aborted) this.#note(sink, work, messageOf(error))
        return RETRY_MS
      })
      if (pauseMs > 0) await sleep(timer, pauseMs, { signal: AbortSignal.any([signal, work.waking.signal]) })
    }
  }

  /** Resolves to how long to wait before the next step, ms. */
  async #step(sink: string, replacement: Replacement, work: Work): Promise<number> {
    const { runtime, catalog } = this.#options
    const running = runningVersion(catalog(), sink)
    if (running === undefined) return RETRY_MS
    if (replacement.phase === 'kept') return this.#keep(sink, replacement, work)
    if (!runtime.isAlone) {
      work.problem = NOT_ALONE
      return ALONE_CHECK_MS
    }
    if (work.build?.isOf(running, replacement.version) !== true)
      work.build = this.#buildOf(running, replacement.version, work.ending.signal)
    if (replacement.phase === 'switching') return this.#switch(sink, running, replacement, work)
    const isNear = await work.build.follow()
    work.problem = replacement.failure
    work.isReady = isNear
    if (!isNear) return 0
    const isWanted = catalog().replacements.get(sink)?.switchesAtOnce === true
    if (!isWanted) return READY_PAUSE_MS
    await this.#submit(work, { kind: 'beginSwitch', sink }, 'building', `${sink} changes to its new version`)
    return 0
  }

  async #keep(sink: string, { version, keptSince }: Replacement, work: Work): Promise<number> {
    work.build = null
    work.isReady = false
    const { clock, config, catalog } = this.#options
    const running = runningVersion(catalog(), sink)
    if (version.source.kind === 'TABLE' && running !== undefined) await this.#deleteContent(running.link.queryId)
    const keepMs = config.number('millrace.replace.keep.ms')
    const left = (keptSince ?? 0) + keepMs - clock.now()
    if (left > 0) return Math.min(left, KEPT_CHECK_MS)
    const message = `${version.link.queryId}, the former version of ${sink}, is no longer kept`
    await this.#submit(work, { kind: 'dropVersion', sink }, 'kept', message)
    return KEPT_CHECK_MS
  }

  async #switch(sink: string, running: PersistentQuery, { version }: Replacement, work: Work): Promise<number> {
    const { timer, clock, inform } = this.#options
    const build = work.build!
    const was = { former: running.link.queryId, next: version.link.queryId }
    const isWritten = await build.isWritten()
    const startedAt = timer.elapsed()
    if (!isWritten) {
      try {
        const counts = await build.changePlaces()
        if (counts !== null) inform(`${sink}: ${counts.changed} rows are written and ${counts.deleted} are deleted.`)
      } catch (error) {
        if (work.ending.signal.aborted || (await build.isWritten())) throw error
        const reason = messageOf(error)
        const message = `${sink} keeps its running version: ${reason}`
        await this.#submit(work, { kind: 'cancelSwitch', sink, reason }, 'switching', message)
        return RETRY_MS
      }
    }
    const message = `${was.next} has taken the place of ${was.former}`
    await this.#submit(work, { kind: 'endSwitch', sink, at: clock.now() }, 'switching', message)
    inform(`${sink}: ${message}, within ${Math.round(timer.elapsed() - startedAt)} ms.`)
    return 0
  }

  /** The rows that a version had while it did not write the sink; they are in the table by now, or nowhere. */
  async #deleteContent(queryId: string): Promise<void> {
    await deleteTopic(this.#options.broker, contentTopic(groupIdOf(queryId, this.#options.config)))
  }

  #buildOf(running: PersistentQuery, version: QueryVersion, signal: AbortSignal): VersionBuild {
    const { config } = this.#options
    return new VersionBuild({
      ...this.#options,
      application: (queryId) => groupIdOf(queryId, config),
      running,
      version,
      maxBytes: config.number('millrace.replace.max.bytes'),
      signal,
    })
  }

  /** Resolves when the effect is applied, or when the work is to end, which that very effect may cause. */
  async #submit(
    { ending: { signal } }: Work,
    ...[effect, phase, message]: Parameters<VersionSwitchingOptions['submit']>
  ): Promise<void> {
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([this.#options.submit(effect, phase, message), ended])
  }

  #note(sink: string, work: Work, problem: string): void {
    if (work.problem !== problem) this.#options.warn(`The new version of ${sink} makes no progress: ${problem}`)
    work.problem = problem
  }
}
