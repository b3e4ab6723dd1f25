/** How the states of an aggregate cross between stores and its sandbox, in one instance. */
import type { Value } from '../../types/value.ts'

/**
 * An object that a call leaves in the sandbox may stay there, for the next call of the same group, as long as nothing can tell it from one
 * that is made of the stored state: it holds nothing but numbers, texts and the like, and nothing else in the sandbox refers to it. The stored
 * state is always up to date, so that the object can be given up at any time.
 */
export interface StateCodec {
  /** Writes an object of the state to the slot at `at`, for a call that may change it. */
  take(state: Value, at: number): void
  /** As `take`, for a call after which the state is what it was. */
  write(state: Value, at: number): void
  /** The state in the slot at `at`. */
  read(at: number): Value
  /** As `read`; the object may be taken out of the slot. `before`: what was taken for the call; it may be changed and given back. */
  give(at: number, before: Value): Value
}
