/** Generated source that reads messages. Nothing of schemas is in it but numbers, and names of enum values as JSON strings. */
import { doubleToText } from '../../types/double-text.ts'
import type { Value } from '../../types/value.ts'
import { floatToText } from '../float-text.ts'
import { CHECK_ONLY } from '../format.ts'
import { generatedFunction } from '../generated-function.ts'
import { readUtf8 } from '../text.ts'
import { addClearing, type Case, CaseTable, switchSource, tagOfField } from './case-table.ts'
import type { ProtobufInput } from './input.ts'
import { type EnumType, isPackable, LENGTH_DELIMITED, type MessageField, type Oneof, tagOf } from './message-type.ts'
import { CHECK_SOURCE, defaultOf, defaultText, LENGTH, LOOSE_TEXT, SCALAR_SOURCE, textSource } from './scalar-source.ts'
import type { MapEntryPlan, Slot, ValuePlan } from './slots.ts'
import { WELL_KNOWN, wrapperMessage } from './well-known.ts'
import {
  checkText,
  readFixed64,
  readLength,
  readTag,
  readText,
  readVarint32,
  readVarint64,
  readZigZag64,
  skipField,
  truncated,
} from './wire.ts'

/**
 * Reads the message `bytes[at, end)`, which is all or a part of the input's, into `row`. Targets keep what they hold where the message has
 * nothing for them, so that a message that comes in parts is merged; `setDefaults` of the same slots comes before the first part.
 * Throws a WireFailure.
 */
export type ReadMessage = (bytes: Buffer, at: number, end: number, row: Value[], input: ProtobufInput) => void

/** Sets all targets to what they are in an empty message. */
export type SetDefaults = (row: Value[]) => void

export interface MessageReader {
  readonly read: ReadMessage
  readonly setDefaults: SetDefaults
}

/** `oneofs`: all of the message, as setting one member clears the others. */
export function messageReader(slots: readonly Slot[], oneofs: readonly Oneof[]): MessageReader {
  const source = new ReadSource()
  const read = source.parser(slots, oneofs)
  const defaults = slots
    .map((slot) => (slot.target === CHECK_ONLY ? '' : `row[${slot.target}] = ${source.initial(slot)}`))
    .join('\n')
  return source.compile(`return { read: ${read}, setDefaults(row) { ${defaults} } }`)
}

/** Cases of one function: V8 takes a long time to optimize long ones. */
const CHUNK = 40

const LIBRARY = {
  checkText,
  doubleToText,
  enumName,
  floatToText,
  readFixed64,
  readLength,
  readTag,
  readText,
  readUtf8,
  readVarint32,
  readVarint64,
  readZigZag64,
  skipField,
  truncated,
} as const

/** Functions that read one message type each, called by each other. */
class ReadSource {
  readonly #functions: string[] = []
  readonly #constants: unknown[] = []

  compile(body: string): MessageReader {
    const constants = this.#constants.map((_, i) => `constant${i}`).join()
    const text = `'use strict'\nconst [${constants}] = constants\n${this.#functions.join('\n')}\n${body}`
    const names = ['constants', ...Object.keys(LIBRARY)]
    return generatedFunction(names, text, [this.#constants, ...Object.values(LIBRARY)]) as MessageReader
  }

  #constant(value: unknown): string {
    return `constant${this.#constants.push(value) - 1}`
  }

  /** Name of a function that is a ReadMessage. */
  parser(slots: readonly Slot[], oneofs: readonly Oneof[]): string {
    const cases = new CaseTable()
    for (const slot of slots) this.#addCases(slot, cases)
    for (const oneof of oneofs) addClearing(oneof, slots, cases)
    return this.#define('bytes, at, end, row, input', this.#loop(cases.sorted()))
  }

  #define(parameters: string, body: string): string {
    const name = `function${this.#functions.length}`
    this.#functions.push(`function ${name}(${parameters}) { ${body} }`)
    return name
  }

  #loop(cases: readonly Case[]): string {
    return `let tag = 0, stop = 0, value = null, view = input.view
    while (at < end) {
      tag = bytes[at]
      if (tag < 128) at++
      else { input.position = at; tag = readTag(input); at = input.position }
      ${cases.length <= CHUNK ? switchSource(cases, 'at = skipField(input, tag, at, end)') : this.#chunked(cases)}
    }
    if (at !== end) throw truncated()`
  }

  /** Each chunk is a function that reads one field and returns where it ends. */
  #chunked(cases: readonly Case[]): string {
    const branches: string[] = []
    for (let from = 0; from < cases.length; from += CHUNK) {
      const chunk = cases.slice(from, from + CHUNK)
      const read = this.#define(
        'tag, bytes, at, end, row, input',
        `let stop = 0, value = null, view = input.view
        ${switchSource(chunk, 'return skipField(input, tag, at, end)')}
        return at`,
      )
      branches.push(`if (tag <= ${chunk.at(-1)!.tag}) at = ${read}(tag, bytes, at, end, row, input)`)
    }
    return `${branches.join('\nelse ')}\nelse at = skipField(input, tag, at, end)`
  }

  #addCases(slot: Slot, cases: CaseTable): void {
    const { target } = slot
    const isKept = target !== CHECK_ONLY
    switch (slot.kind) {
      case 'absent':
        return
      case 'single':
        cases.add(
          tagOfField(slot.field),
          isKept
            ? `${this.#value(slot.value, `row[${target}]`)}\n${unlessUnknown(slot.value, `row[${target}] = value`)}`
            : this.#check(slot.value),
        )
        return
      case 'array':
        this.#addArray(slot, cases)
        return
      case 'map':
        cases.add(tagOf(slot.field.number, LENGTH_DELIMITED), this.#entry(slot.entry, target))
        return
      case 'oneof':
        for (const { index, field, value } of slot.members) {
          const alternatives = Array.from({ length: slot.size }, (_, i) => (i === index ? 'value' : 'null'))
          cases.add(
            tagOfField(field),
            isKept
              ? `${this.#value(value, `(row[${target}] === null ? null : row[${target}][${index}])`)}
                ${unlessUnknown(value, `row[${target}] = [${alternatives}]`)}`
              : this.#check(value),
          )
        }
    }
  }

  #addArray({ target, field, value }: Slot & { kind: 'array' }, cases: CaseTable): void {
    const one =
      target === CHECK_ONLY
        ? this.#check(value)
        : `${this.#value(value, 'null')}\n${unlessUnknown(value, `row[${target}].push(value)`)}`
    cases.add(tagOfField(field), one)
    if (!isPackable(field.type)) return
    cases.add(
      tagOf(field.number, LENGTH_DELIMITED),
      `${LENGTH}
      while (at < stop) { ${one} }
      if (at !== stop) throw truncated()`,
    )
  }

  #entry({ slots, emptyForAbsent }: MapEntryPlan, target: number): string {
    if (target === CHECK_ONLY) {
      const check = this.parser(slots.map(unkept), [])
      return `${LENGTH}\n${check}(bytes, at, stop, row, input)\nat = stop`
    }
    const entry = this.#constant([null, null])
    const defaults = slots.map((slot) => `${entry}[${slot.target}] = ${this.initial(slot)}`)
    const empty = slots.map((slot) =>
      emptyForAbsent && slot.kind === 'single' && isMessage(slot.value)
        ? `if (${entry}[${slot.target}] === null) ${entry}[${slot.target}] = ${this.#empty(slot.value)}`
        : '',
    )
    return `${LENGTH}
      ${defaults.join('\n')}
      ${this.parser(slots, [])}(bytes, at, stop, ${entry}, input)
      ${empty.join('\n')}
      at = stop
      row[${target}].set(${entry}[0], ${entry}[1])`
  }

  /** Statements that leave the value in `value` and move `at` behind it. `current`: what the field held before, for messages, or null. */
  #value(plan: ValuePlan, current: string): string {
    switch (plan.kind) {
      case 'scalar':
        if (plan.isLoose) return LOOSE_TEXT
        return `${SCALAR_SOURCE[plan.scalar]}\n${plan.asText ? textSource(plan.scalar) : ''}`
      case 'enum':
        return `${SCALAR_SOURCE.int32}\nvalue = ${this.#enumName(plan.enum)}`
      case 'struct':
        return `${LENGTH}
        value = ${current}
        if (value === null) value = ${this.#empty(plan)}
        ${this.parser(plan.slots, plan.oneofs)}(bytes, at, stop, value, input)
        at = stop`
      case 'wrapper': {
        const scratch = this.#constant([null])
        const read = this.parser([wrapped(plan, 0)], [])
        return `${LENGTH}
        value = ${current}
        ${scratch}[0] = value === null ? ${this.#empty(plan.value)} : value
        ${read}(bytes, at, stop, ${scratch}, input)
        value = ${scratch}[0]
        at = stop`
      }
      case 'wellKnown': {
        const { message, toValue } = WELL_KNOWN[plan.type.kind]
        const raw = this.#constant(message.fields.map(() => null))
        const convert = this.#constant((values: Value[]) => toValue(values, plan.type))
        const slots = rawSlots(message.fields)
        const defaults = slots.map((slot) => `${raw}[${slot.target}] = ${this.initial(slot)}`)
        // A field that comes again continues from the raw fields of the part before it.
        return `${LENGTH}
        if (${current} === null) { ${defaults.join('\n')} }
        ${this.parser(slots, [])}(bytes, at, stop, ${raw}, input)
        value = ${convert}(${raw})
        at = stop`
      }
    }
  }

  /** Statements that move `at` behind the value, and throw what reading it would throw. */
  #check(plan: ValuePlan): string {
    switch (plan.kind) {
      case 'scalar':
        if (plan.isLoose) return `${LENGTH}\nat = stop`
        return CHECK_SOURCE[plan.scalar] ?? SCALAR_SOURCE[plan.scalar]
      case 'enum':
        return SCALAR_SOURCE.int32
      case 'struct':
        return `${LENGTH}\n${this.parser(plan.slots.map(unkept), [])}(bytes, at, stop, row, input)\nat = stop`
      case 'wrapper':
        return `${LENGTH}\n${this.parser([wrapped(plan, CHECK_ONLY)], [])}(bytes, at, stop, row, input)\nat = stop`
      case 'wellKnown':
        return this.#value(plan, 'null')
    }
  }

  /** What a slot holds where the message says nothing of it, as source. */
  initial(slot: Slot): string {
    switch (slot.kind) {
      case 'array':
        return '[]'
      case 'map':
        return 'new Map()'
      case 'single':
        return slot.field.hasPresence || isMessage(slot.value) ? 'null' : this.#empty(slot.value)
      default:
        return 'null'
    }
  }

  /** A value that is there but empty, as source. */
  #empty(plan: ValuePlan): string {
    switch (plan.kind) {
      case 'scalar':
        return plan.asText ? defaultText(plan.scalar) : defaultOf(plan.scalar)
      case 'enum':
        return JSON.stringify(enumName(plan.enum.names, 0, plan.enum.name))
      case 'wrapper':
        return this.#empty(plan.value)
      case 'struct': {
        const values = Array.from({ length: plan.size }, () => 'null')
        for (const slot of plan.slots) values[slot.target] = this.initial(slot)
        return `[${values}]`
      }
      case 'wellKnown': {
        const { message, toValue } = WELL_KNOWN[plan.type.kind]
        const raw = message.fields.map(({ type }) =>
          type.kind === 'scalar' && type.scalar === 'bytes' ? new Uint8Array() : 0,
        )
        return `${this.#constant(() => toValue(raw, plan.type))}()`
      }
    }
  }

  #enumName(type: EnumType): string {
    const names = this.#constant(type.names)
    return type.isClosed ? `${names}.get(value)` : `enumName(${names}, value, ${JSON.stringify(type.name)})`
  }
}

/** Unknown numbers of a closed enum are as if the field were not there. */
const unlessUnknown = (plan: ValuePlan, statement: string): string =>
  plan.kind === 'enum' && plan.enum.isClosed ? `if (value !== undefined) ${statement}` : statement

const isMessage = ({ kind }: ValuePlan): boolean => kind === 'struct' || kind === 'wrapper' || kind === 'wellKnown'

const unkept = (slot: Slot): Slot => ({ ...slot, target: CHECK_ONLY })

/** The only field of a wrapper message. */
const wrapped = ({ scalar, value }: ValuePlan & { kind: 'wrapper' }, target: number): Slot => ({
  kind: 'single',
  target,
  field: wrapperMessage('', scalar).fields[0]!,
  value,
})

const rawSlots = (fields: readonly MessageField[]): Slot[] =>
  fields.map((field, target) => {
    if (field.type.kind !== 'scalar') throw new Error('Well-known messages have scalar fields')
    return {
      kind: 'single',
      target,
      field,
      value: { kind: 'scalar', scalar: field.type.scalar, asText: false, isLoose: false },
    }
  })

/** A number without a name is called as by Java's EnumDescriptor.findValueByNumberCreatingIfUnknown. */
function enumName(names: ReadonlyMap<number, string>, value: number, typeName: string): string {
  return names.get(value) ?? `UNKNOWN_ENUM_VALUE_${typeName}_${value}`
}
