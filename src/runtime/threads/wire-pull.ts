/** Pull requests on their way to a worker: keys are values of any type, so they go as bytes. */
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { stepSchemas } from '../../plan/topology.ts'
import type { Row } from '../../types/value.ts'
import type { PullForm } from '../query-runtime.ts'
import type { WorkerPull } from '../worker.ts'
import type { WirePull } from './protocol.ts'
import { plainRows, type RowBatch, type RowBatchCodec } from './row-batches.ts'

const KEY_CODECS = new WeakMap<PhysicalPlan, RowBatchCodec<Row>>()

/** The codec of the keys of the plan's table, which is made once. */
export function keyCodecOf(plan: PhysicalPlan): RowBatchCodec<Row> {
  const known = KEY_CODECS.get(plan)
  if (known !== undefined) return known
  const { steps, materialization } = plan
  const made = plainRows(materialization === null ? [] : stepSchemas(steps).get(materialization.step)!.key)
  KEY_CODECS.set(plan, made)
  return made
}

/** What both threads make of a form once. */
export interface WireForm {
  readonly form: PullForm
  readonly text: string
  readonly rows: RowBatchCodec<Row>
}

export const wireForm = (form: PullForm, text = JSON.stringify(form)): WireForm => ({
  form,
  text,
  rows: plainRows(form.columns),
})

/** Forms by their text, for the thread that receives them. */
export class ReceivedForms {
  readonly #forms = new Map<string, WireForm>()

  of(text: string): WireForm {
    const known = this.#forms.get(text)
    if (known !== undefined) return known
    if (this.#forms.size >= MAX_FORMS) this.#forms.clear()
    const made = wireForm(JSON.parse(text) as PullForm, text)
    this.#forms.set(text, made)
    return made
  }
}

const MAX_FORMS = 200

export function writePull(
  { keys, keyRange, form: _, ...rest }: WorkerPull,
  { text: form }: WireForm,
  codec: RowBatchCodec<Row>,
): WirePull {
  const one = (key: Row | undefined): RowBatch | null => (key === undefined ? null : codec.encode([key]))
  return {
    ...rest,
    form,
    keys: keys === null ? null : codec.encode(keys),
    keyRange:
      keyRange === null
        ? null
        : {
            from: one(keyRange.from),
            fromInclusive: keyRange.fromInclusive ?? true,
            to: one(keyRange.to),
            toInclusive: keyRange.toInclusive ?? true,
          },
  }
}

export function readPull(
  { keys, keyRange, form: _, ...rest }: WirePull,
  { form }: WireForm,
  codec: RowBatchCodec<Row>,
): WorkerPull {
  return {
    ...rest,
    form,
    keys: keys === null ? null : codec.decode(keys),
    keyRange:
      keyRange === null
        ? null
        : {
            fromInclusive: keyRange.fromInclusive,
            toInclusive: keyRange.toInclusive,
            ...(keyRange.from === null ? {} : { from: codec.decode(keyRange.from)[0]! }),
            ...(keyRange.to === null ? {} : { to: codec.decode(keyRange.to)[0]! }),
          },
  }
}
