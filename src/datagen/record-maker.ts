/** Records of made-up fields: the same for the same seed and number. */
import { type Field, randomFrom } from './making.ts'

export interface RecordMakerOptions {
  readonly fields: readonly Field[]
  /** The field that is the key; null: records have none. */
  readonly key: string | null
  readonly seed: number
}

export interface MadeRecord {
  /** JSON text of the key; null: there is none. */
  readonly key: string | null
  /** JSON texts of the other fields in their order. */
  readonly values: readonly string[]
}

export class RecordMaker {
  readonly #options: RecordMakerOptions
  readonly #prefixes: readonly string[]

  constructor(options: RecordMakerOptions) {
    this.#options = options
    const valueFields = options.fields.filter(({ name }) => name !== options.key)
    this.#prefixes = valueFields.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  }

  /** `time`: epoch ms. */
  make(index: number, time: number): MadeRecord {
    const { fields, key, seed } = this.#options
    const making = { index, time, random: randomFrom(seed, index) }
    let keyJson: string | null = null
    const values: string[] = []
    for (const { name, make } of fields) {
      const json = make(making)
      if (name === key) keyJson = json
      else values.push(json)
    }
    return { key: keyJson, values }
  }

  /** The value as a JSON object. */
  valueText({ values }: MadeRecord): string {
    return values.length === 0 ? '{}' : `${values.map((json, i) => this.#prefixes[i]! + json).join('')}}`
  }

  /** Key and value as one JSON object. */
  rowText(record: MadeRecord): string {
    const { key } = this.#options
    const value = this.valueText(record)
    if (key === null || record.key === null) return value
    return `{${JSON.stringify(key)}:${record.key}${value === '{}' ? '' : ','}${value.slice(1)}`
  }
}

/** The text that a JSON value is in a record of text: that of a string without its quotes. */
export const plainText = (json: string): string => (json.startsWith('"') ? (JSON.parse(json) as string) : json)
