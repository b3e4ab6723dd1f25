/** Giving a relation another key: PARTITION BY, and what joins need. */
import { internalKeySpec, refuseMaps } from '../../analysis/formats.ts'
import { StatementError } from '../../errors.ts'
import type { NamedExpression, RepartitionStep } from '../../operators/step.ts'
import type { FormatSpec } from '../../serde/format.ts'
import { FORMATS, resolveFormat } from '../../serde/index.ts'
import type { Column } from '../../types/schema.ts'
import type { PlanBuilder, PlanContext, Relation } from '../builder.ts'

function refuseWindowed({ window }: Relation): void {
  if (window === null) return
  throw new StatementError(
    'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.',
  )
}

/**
 * The format (the default one for a source without a key), or JSON where it cannot carry this key: for topics that only the engine reads. A
 * registered format is never taken: its bytes hold the id of a schema, so equal keys of two writers could differ.
 */
export function internalKeyFormat(given: FormatSpec, key: readonly Column[], { config }: PlanContext): FormatSpec {
  const format =
    given.format === 'NONE'
      ? internalKeySpec(resolveFormat(config('ksql.persistence.default.format.key') ?? 'KAFKA'), key)
      : given
  const { refusal, schemas } = FORMATS[format.format]
  const usable = schemas?.isRegistered !== true && refusal(key, format, 'KEY') === null
  return usable ? format : internalKeySpec('JSON', key)
}

/** The stream under a new key. `columns[i]`: names of row columns that equal key column i. */
export function selectKey(
  id: string,
  relation: Relation,
  key: readonly NamedExpression[],
  columns: readonly (readonly string[])[],
  builder: PlanBuilder,
): Relation {
  refuseWindowed(relation)
  refuseMaps(key)
  const step = builder.add({ kind: 'selectKey', id, input: relation.step, key })
  return {
    ...placedByKey(relation),
    step,
    key: key.map(({ name, type }, i) => ({ name, type, columns: columns[i] ?? [] })),
  }
}

/** The relation as one whose rows lie, or are about to lie, where their key is placed: whatever placed them before is forgotten. */
export function placedByKey({ placedBy: _, ...relation }: Relation): Relation {
  return relation
}

/** Sends the relation through an internal topic, so that equal keys share a partition. */
export function repartition(
  suffix: string,
  relation: Relation,
  options: { readonly keyFormat: FormatSpec } & Partial<Pick<RepartitionStep, 'payload' | 'recordColumns'>>,
  builder: PlanBuilder,
): Relation {
  const keyFormat = internalKeyFormat(options.keyFormat, relation.key, builder.context)
  const step = builder.add({
    kind: 'repartition',
    id: suffix,
    input: relation.step,
    topicSuffix: `${suffix}-repartition`,
    keyFormat,
    payload: options.payload ?? 'value',
    partitionsOf: relation.partitionsOf,
    ...(options.recordColumns !== undefined && { recordColumns: options.recordColumns }),
  })
  return { ...relation, step, keyFormat }
}
