/** Fields of made-up records as people write them: `id=sequence; state=one(LA*3,CA); address=object(city=text(5); zip=int(10000,99999))`. */
import { type Field, integerBetween, type MadeValue, type Make, objectOf, structType } from './making.ts'
import { patternText } from './pattern-text.ts'

/** The description of a field is wrong; the message says how it is written. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
}

/** Throws a FieldError. */
export function parseFields(text: string): readonly Field[] {
  return partsOf(text, ';').map((part) => {
    const match = /^([\w.-]+)\s*=\s*(\w+)(?:\((.*)\))?$/s.exec(part)
    if (match === null)
      throw new FieldError(`A field takes 'name=kind', with a semicolon before the next one, not '${part}'.`)
    const [, name, kind, given = ''] = match
    return { name: name!, ...madeValue(kind!, given) }
  })
}

const madeValue = (kind: string, given: string): MadeValue => {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : undefined
  if (known !== undefined) return known(given)
  throw new FieldError(`There is no kind '${kind}'. There are: ${Object.keys(KINDS).join(', ')}.`)
}

const KINDS = {
  sequence: () => ({ sqlType: 'BIGINT', make: ({ index }) => String(index) }),
  int(given) {
    const [low, high] = rangeOf('int', given)
    return {
      sqlType: low < -(2 ** 31) || high >= 2 ** 31 ? 'BIGINT' : 'INT',
      make: ({ random }) => String(integerBetween(random, low, high)),
    }
  },
  double(given) {
    const [low, high] = rangeOf('double', given)
    return { sqlType: 'DOUBLE', make: ({ random }) => String(low + random() * (high - low)) }
  },
  one: (given) => ({ sqlType: 'STRING', make: weighted(given, (text) => JSON.stringify(text)) }),
  number: (given) => ({
    sqlType: numberType(partsOf(given, ',').map(withoutWeight)),
    make: weighted(given, numberText),
  }),
  cycle(given) {
    const values = partsOf(given, ',')
    const isNumeric = values.every((text) => text !== '' && Number.isFinite(Number(text)))
    if (values.length === 0) throw new FieldError("The kind 'cycle' takes values: cycle(LA,CA).")
    const texts = values.map((text) => (isNumeric ? text : JSON.stringify(text)))
    return { sqlType: isNumeric ? numberType(values) : 'STRING', make: ({ index }) => texts[index % texts.length]! }
  },
  text(given) {
    const length = Number(given)
    if (!(length >= 0) || given.trim() === '')
      throw new FieldError("The kind 'text' takes the number of letters: text(12).")
    return { sqlType: 'STRING', make: ({ random }) => `"${letters(random, length)}"` }
  },
  pattern(given) {
    const make = patternOf(given)
    return { sqlType: 'STRING', make: ({ random }) => JSON.stringify(make(random)) }
  },
  uuid: () => ({ sqlType: 'STRING', make: ({ random }) => `"${uuid(random)}"` }),
  time: () => ({ sqlType: 'BIGINT', make: ({ time }) => String(time) }),
  const: (given) => ({ sqlType: 'STRING', make: () => JSON.stringify(given.trim()) }),
  object(given) {
    const fields = parseFields(given)
    return { sqlType: structType(fields), make: objectOf(fields) }
  },
} as const satisfies Readonly<Record<string, (given: string) => MadeValue>>

/** Texts between separators outside of brackets, without the white space around them. */
function partsOf(text: string, separator: ',' | ';'): string[] {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if ('([{'.includes(character)) depth++
    else if (')]}'.includes(character)) depth--
    if (character === separator && depth === 0) parts.push('')
    else parts.push(parts.pop()! + character)
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function rangeOf(kind: string, given: string): [low: number, high: number] {
  const [low = Number.NaN, high = Number.NaN] = given.split(',').map(Number)
  if (low <= high) return [low, high]
  throw new FieldError(`The kind '${kind}' takes the lowest and the highest number: ${kind}(0,99).`)
}

const withoutWeight = (text: string): string => text.replace(/\*\d+$/, '')

/** One of the values: `LA*3,CA` has LA three times as often. */
function weighted(given: string, jsonOf: (text: string) => string): Make {
  const choices = partsOf(given, ',').map((text) => {
    const [, value, weight] = /^(.*)\*(\d+)$/s.exec(text) ?? [null, text, '1']
    return { json: jsonOf(value!), weight: Number(weight) }
  })
  const total = choices.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0)) throw new FieldError("The kind 'one' takes values: one(LA,CA).")
  return ({ random }) => {
    let at = random() * total
    for (const { json, weight } of choices) {
      at -= weight
      if (at < 0) return json
    }
    return choices.at(-1)!.json
  }
}

function numberText(text: string): string {
  if (text !== '' && Number.isFinite(Number(text))) return String(Number(text))
  throw new FieldError(`The kind 'number' takes numbers, not '${text}': number(200*9,404).`)
}

const numberType = (texts: readonly string[]): string =>
  texts.every((text) => Number.isInteger(Number(text)) && Math.abs(Number(text)) < 2 ** 31) ? 'INT' : 'DOUBLE'

function patternOf(given: string): (random: () => number) => string {
  try {
    return patternText(given)
  } catch (error) {
    throw new FieldError(
      `The kind 'pattern' takes a regular expression: pattern(Item_[1-9]). ${(error as Error).message}`,
    )
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

export const letters = (random: () => number, length: number): string =>
  Array.from({ length }, () => LETTERS[Math.floor(random() * 26)]).join('')

/** Version 4 of RFC 9562. */
function uuid(random: () => number): string {
  const digit = (least: number, count: number) => (least + Math.floor(random() * count)).toString(16)
  const digits = (count: number) => Array.from({ length: count }, () => digit(0, 16)).join('')
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${digit(8, 4)}${digits(3)}-${digits(12)}`
}
