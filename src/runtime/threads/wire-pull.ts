/**
 * Pull requests on their way to a worker. Most are answered in microseconds, so that what a message holds decides what they cost: keys go as
 * stores hold them, a form by its number, and what is absent is left out.
 */
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { stepSchemas } from '../../plan/topology.ts'
import { type KeyCodec, keyCodec } from '../../state/key.ts'
import { type RowWriter, rowWriter } from '../../types/row-json.ts'
import { columnTypes } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { PullForm } from '../query-runtime.ts'
import type { WorkerPull } from '../worker.ts'
import type { WireForm, WirePull } from './protocol.ts'
import { plainRows, type RowBatchCodec } from './row-batches.ts'

const KEY_CODECS = new WeakMap<PhysicalPlan, KeyCodec>()

/** The codec of the keys of the plan's table, which is made once. */
export function keyCodecOf(plan: PhysicalPlan): KeyCodec {
  const known = KEY_CODECS.get(plan)
  if (known !== undefined) return known
  const { steps, materialization } = plan
  const key = materialization === null ? [] : stepSchemas(steps).get(materialization.step)!.key
  const made = keyCodec(columnTypes(key))
  KEY_CODECS.set(plan, made)
  return made
}

/** The number of forms that a worker knows at a time. */
const MAX_FORMS = 200

/** The numbers of forms in messages to one worker. Messages arrive in order, so that both sides know the same forms. */
export class SentForms {
  #numbers = new WeakMap<PullForm, number>()
  #next = 0

  of(form: PullForm): WireForm {
    const known = this.#numbers.get(form)
    if (known !== undefined) return known
    if (this.#next === MAX_FORMS) {
      this.#next = 0
      this.#numbers = new WeakMap()
    }
    const number = this.#next++
    this.#numbers.set(form, number)
    return { number, text: JSON.stringify(form) }
  }
}

/** What both threads make of a form once. */
export interface FormCodecs {
  readonly form: PullForm
  readonly rows: RowBatchCodec<Row>
  readonly json: RowWriter
}

export const formCodecs = (form: PullForm): FormCodecs => ({
  form,
  rows: plainRows(form.columns),
  json: rowWriter(columnTypes(form.columns)),
})

/** Forms by their number, for the thread that receives them. Those of the same text are one. */
export class ReceivedForms {
  readonly #byNumber = new Map<number, FormCodecs>()
  readonly #byText = new Map<string, FormCodecs>()

  of(form: WireForm): FormCodecs {
    if (typeof form === 'number') return this.#byNumber.get(form)!
    if (this.#byText.size >= MAX_FORMS) this.#byText.clear()
    const codecs = this.#byText.get(form.text) ?? formCodecs(JSON.parse(form.text) as PullForm)
    this.#byText.set(form.text, codecs)
    this.#byNumber.set(form.number, codecs)
    return codecs
  }
}

export function writePull(
  { keys, keyRange, form: _, index, windowStart, windowEnd, standbys, ...rest }: WorkerPull,
  form: WireForm,
  { encode }: KeyCodec,
): WirePull {
  return {
    ...rest,
    form,
    ...(keys !== null && { keys: keys.map(encode) }),
    ...(keyRange !== null && {
      keyRange: {
        fromInclusive: keyRange.fromInclusive ?? true,
        toInclusive: keyRange.toInclusive ?? true,
        ...(keyRange.from !== undefined && { from: encode(keyRange.from) }),
        ...(keyRange.to !== undefined && { to: encode(keyRange.to) }),
      },
    }),
    ...(index !== null && index !== undefined && { index }),
    ...(windowStart !== null && { windowStart }),
    ...(windowEnd !== null && { windowEnd }),
    ...(standbys && { standbys }),
  }
}

export function readPull(
  { keys, keyRange, form: _, index = null, windowStart = null, windowEnd = null, standbys = false, ...rest }: WirePull,
  form: PullForm,
  { decode }: KeyCodec,
): WorkerPull {
  return {
    ...rest,
    form,
    keys: keys === undefined ? null : keys.map(decode),
    keyRange:
      keyRange === undefined
        ? null
        : {
            fromInclusive: keyRange.fromInclusive,
            toInclusive: keyRange.toInclusive,
            ...(keyRange.from !== undefined && { from: decode(keyRange.from) }),
            ...(keyRange.to !== undefined && { to: decode(keyRange.to) }),
          },
    index,
    windowStart,
    windowEnd,
    standbys,
  }
}
