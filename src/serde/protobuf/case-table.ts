/** What a generated reader does with each tag, in the order in which its switch tests them. */
import { CHECK_ONLY } from '../format.ts'
import { GROUP_START, type MessageField, type Oneof, tagOf, wireTypeOf } from './message-type.ts'
import type { Slot } from './slots.ts'

export interface Case {
  readonly tag: number
  readonly body: string
}

/** Bodies by tag. Where several slots read one field, each starts at the same place. */
export class CaseTable {
  readonly #bodies = new Map<number, string[]>()

  add(tag: number, body: string): void {
    const bodies = this.#bodies.get(tag)
    if (bodies === undefined) this.#bodies.set(tag, [body])
    else bodies.push(body)
  }

  /** `body` runs before what reads the field, which is stepped over if nothing does. */
  addBefore(tag: number, body: string): void {
    const bodies = this.#bodies.get(tag)
    if (bodies === undefined) this.#bodies.set(tag, [`${body}\nat = skipField(input, tag, at, end)`])
    else bodies[0] = `${body}\n${bodies[0]}`
  }

  sorted(): Case[] {
    return [...this.#bodies]
      .sort(([a], [b]) => a - b)
      .map(([tag, bodies]) => ({
        tag,
        body: bodies.length === 1 ? bodies[0]! : `const from = at\n${bodies.join('\nat = from\n')}`,
      }))
  }
}

/** Setting a member of a oneof clears the targets that other members fill, whether anything reads the member or not. */
export function addClearing(oneof: Oneof, slots: readonly Slot[], cases: CaseTable): void {
  for (const field of oneof.fields) {
    const cleared = slots.filter((slot) => {
      if (slot.target === CHECK_ONLY) return false
      if (slot.kind === 'single') return slot.field !== field && slot.field.oneof === oneof.name
      return slot.kind === 'oneof' && slot.oneof === oneof && slot.members.every((member) => member.field !== field)
    })
    if (cleared.length > 0)
      cases.addBefore(tagOfField(field), cleared.map(({ target }) => `row[${target}] = null`).join('\n'))
  }
}

export const switchSource = (cases: readonly Case[], otherwise: string): string =>
  `switch (tag) { ${cases.map(({ tag, body }) => `case ${tag}: { ${body}\nbreak }`).join('\n')}
  default: ${otherwise} }`

export const tagOfField = ({ number, type }: MessageField): number =>
  tagOf(number, type.kind === 'group' ? GROUP_START : wireTypeOf(type))
