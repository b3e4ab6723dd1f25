/**
 * The replacement of a query by another version of it, as the command log knows it. A version that is not at work on the sink is `building`
 * until it has come as far as the running one, then `switching` while the two change places; the former version is `kept` for ROLLBACK.
 * See docs/changing-queries.md#what-is-durable.
 */
import type { DataSource } from '../../metastore/data-source.ts'
import type { QueryLink } from '../../metastore/metastore.ts'
import type { SourceRead } from '../../plan/change/start.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'

/** A query with the stream or table that it writes. */
export interface QueryVersion {
  readonly link: QueryLink
  readonly plan: PhysicalPlan
  readonly source: DataSource
  /** SQL text of the statement that made it. */
  readonly statement: string
  /** Configuration overrides in force when it was made, by canonical name. */
  readonly overrides: Readonly<Record<string, string>>
}

export interface Replacement {
  readonly phase: 'building' | 'switching' | 'kept'
  /** The version that does not write the sink. */
  readonly version: QueryVersion
  /** Whether the versions change places as soon as the new one has come as far. */
  readonly switchesAtOnce: boolean
  /** Why the last attempt to change places was given up; null: there was none. */
  readonly failure: string | null
  /** Since when the former version is kept, epoch ms; null: it is not. */
  readonly keptSince: number | null
}

/** How far the build of a version has come. */
export interface BuildProgress {
  /** Why the build does not continue for now; null: it does. */
  readonly problem: string | null
  /** Whether it waits for APPLY. */
  readonly isReady: boolean
  readonly recordsLeft: number
}

/** By the name of the stream or table. */
export type Replacements = ReadonlyMap<string, Replacement>

export type ReplacementEffect =
  /** Begins to build a version beside the running one. `reads`: where it begins. */
  | {
      readonly kind: 'stageVersion'
      readonly sink: string
      readonly version: Omit<QueryVersion, 'overrides'>
      readonly reads: readonly SourceRead[]
      readonly switchesAtOnce: boolean
    }
  /** Lets the versions change places as soon as the new one has come as far. */
  | { readonly kind: 'applyVersion'; readonly sink: string }
  | { readonly kind: 'beginSwitch'; readonly sink: string }
  /** The running version continues, and the new one waits for APPLY. */
  | { readonly kind: 'cancelSwitch'; readonly sink: string; readonly reason: string }
  /** The version has taken the place of the running one, which is kept. `at`: epoch ms. */
  | { readonly kind: 'endSwitch'; readonly sink: string; readonly at: number }
  /** The version that was kept processes what it has missed, to take its place again. */
  | { readonly kind: 'rollBack'; readonly sink: string }
  /** Deletes the version that does not write the sink, with its state. */
  | { readonly kind: 'dropVersion'; readonly sink: string }

/** The replacements after the effect. `endSwitch` changes other parts of the catalog, too, and is applied there. */
export function applyToReplacements(
  replacements: Replacements,
  effect: Exclude<ReplacementEffect, { kind: 'endSwitch' }>,
  overrides: Readonly<Record<string, string>>,
): Replacements {
  const { sink } = effect
  const change = (changed: Partial<Replacement>): Replacements => {
    const existing = replacements.get(sink)
    return existing === undefined ? replacements : new Map(replacements).set(sink, { ...existing, ...changed })
  }
  switch (effect.kind) {
    case 'stageVersion': {
      const { version, switchesAtOnce } = effect
      const staged: Replacement = {
        phase: 'building',
        version: { ...version, overrides },
        switchesAtOnce,
        failure: null,
        keptSince: null,
      }
      return new Map(replacements).set(sink, staged)
    }
    case 'applyVersion':
      return change({ switchesAtOnce: true, failure: null })
    case 'beginSwitch':
      return change({ phase: 'switching' })
    case 'cancelSwitch':
      return change({ phase: 'building', switchesAtOnce: false, failure: effect.reason })
    case 'rollBack':
      return change({ phase: 'building', switchesAtOnce: true, failure: null, keptSince: null })
    case 'dropVersion':
      return withoutReplacement(replacements, sink)
  }
}

function withoutReplacement(replacements: Replacements, sink: string): Replacements {
  const rest = new Map(replacements)
  rest.delete(sink)
  return rest
}
