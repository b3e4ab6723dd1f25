/**
 * The LMDB environments of a worker's slots, each in a directory of its own, opened when the first task of the slot is. Keeps the
 * resident memory of their maps below a bound.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenEnvironment, StateEnvironment } from '../../state/lmdb/lmdb-environment.ts'
import { StateCatalog } from '../../state/lmdb/state-catalog.ts'
import { StateDamagedError } from '../../state/lmdb/state-damaged-error.ts'

export interface SlotEnvironment {
  readonly environment: StateEnvironment
  readonly catalog: StateCatalog
}

export interface SlotEnvironmentsOptions {
  readonly directory: string
  /** Bound on the pages of files that the process maps and has in memory, beyond those of the first look; bytes. */
  readonly mappedBytes: number
  readonly openEnvironment: OpenEnvironment
  /** See `Pace`. */
  readonly isAwaited: () => boolean
  readonly onWarning: (message: string) => void
}

export class SlotEnvironments {
  readonly #options: SlotEnvironmentsOptions
  readonly #open = new Map<number, SlotEnvironment>()
  /** Slots that are being opened, or moved aside. */
  readonly #opening = new Map<number, Promise<SlotEnvironment>>()
  readonly #replaced = new Set<number>()
  /** Resident bytes above which files are mapped again. */
  #trimAtBytes: number

  constructor(options: SlotEnvironmentsOptions) {
    this.#options = options
    this.#trimAtBytes = residentFileBytes() + options.mappedBytes
  }

  /** Rejects with an Error if the directory cannot be used. A damaged environment is moved aside, and an empty one takes its place. */
  async of(slot: number): Promise<SlotEnvironment> {
    const open = this.#open.get(slot)
    if (open?.environment.isDamaged === false) return open
    const opening = this.#opening.get(slot) ?? this.#openSlot(slot).finally(() => this.#opening.delete(slot))
    this.#opening.set(slot, opening)
    return opening
  }

  /** Slots whose environment was found damaged since it was opened. */
  damaged(): number[] {
    return [...this.#open].flatMap(([slot, { environment }]) => (environment.isDamaged ? [slot] : []))
  }

  /** Whether an empty environment has taken the place of a damaged one. */
  isReplaced(slot: number): boolean {
    return this.#replaced.has(slot)
  }

  all(): SlotEnvironment[] {
    return [...this.#open.values()]
  }

  async #openSlot(slot: number): Promise<SlotEnvironment> {
    const damaged = this.#open.get(slot)
    this.#open.delete(slot)
    if (damaged !== undefined) await this.#discard(slot, damaged.environment)
    const directory = join(this.#options.directory, `slot-${slot}`)
    for (let attempt = 1; ; attempt++) {
      const environment = this.#options.openEnvironment(directory, (movedTo, cause) =>
        this.#warn(slot, movedTo, cause.message),
      )
      environment.onTouched = () => this.#trim()
      environment.isAwaited = this.#options.isAwaited
      try {
        const made = { environment, catalog: new StateCatalog(environment) }
        this.#open.set(slot, made)
        return made
      } catch (error) {
        if (!(error instanceof StateDamagedError) || attempt > 1) throw error
        await this.#discard(slot, environment)
      }
    }
  }

  async #discard(slot: number, environment: StateEnvironment): Promise<void> {
    const movedTo = await environment.discard()
    this.#warn(slot, movedTo, environment.damage ?? 'it is damaged')
  }

  /** Maps files again if too many of their pages have come into memory; the pages stay in the system's cache. */
  #trim(): void {
    if (residentFileBytes() <= this.#trimAtBytes) return
    for (const { environment } of this.#open.values()) environment.remap()
    // Files that other parts of the process map do not count: mapping ours again and again would not help.
    this.#trimAtBytes = Math.max(this.#trimAtBytes, residentFileBytes() + this.#options.mappedBytes / 4)
  }

  #warn(slot: number, movedTo: string, cause: string): void {
    this.#replaced.add(slot)
    this.#options.onWarning(
      `The state of slot ${slot} cannot be read (${cause}). It is now in ${movedTo}; the queries' state is built again from their topics.`,
    )
  }

  async close(): Promise<void> {
    const open = this.all()
    this.#open.clear()
    await Promise.all(open.map(({ environment }) => environment.close()))
  }
}

const PAGE_BYTES = 4096

/** Resident bytes of this process that belong to files, as Linux counts them; 0 on other systems. */
function residentFileBytes(): number {
  try {
    return Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[2]) * PAGE_BYTES
  } catch {
    return 0
  }
}
