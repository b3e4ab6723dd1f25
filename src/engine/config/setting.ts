/** What a setting declares, and the words in which the tables of settings declare it. */
import type { TextForm } from './text-forms.ts'

export type SettingKind = 'text' | 'boolean' | 'number'

/** One setting as the documentation and SHOW PROPERTIES describe it. */
export interface Setting {
  readonly kind: SettingKind
  /** Null: the setting has no default. */
  readonly default: string | null
  /** One sentence; for an inert setting, what holds instead. */
  readonly description: string
  /** Whether a request may override it (SET). */
  readonly editable: boolean
  /** Whether it has no effect and is accepted only so that ksqlDB's configuration files and sessions carry over. */
  readonly isInert: boolean
  /** The only values of a text setting, in any case; null: any text. */
  readonly choices: readonly string[] | null
  /** What a text must look like; null: any text. */
  readonly form: TextForm | null
  /** The lowest value of a number. */
  readonly least: number
}

const setting = (kind: SettingKind, value: string | number | boolean | null, description: string): Setting => ({
  kind,
  default: value === null ? null : String(value),
  description,
  editable: true,
  isInert: false,
  choices: null,
  form: null,
  least: 0,
})
export const text = (value: string | null, description: string) => setting('text', value, description)
export const flag = (value: boolean | null, description: string) => setting('boolean', value, description)
export const number = (value: number | null, description: string) => setting('number', value, description)
export const oneOf = (choices: readonly string[], declared: Setting): Setting => ({ ...declared, choices })
export const formed = (form: TextForm, declared: Setting): Setting => ({ ...declared, form })
export const atLeast = (least: number, declared: Setting): Setting => ({ ...declared, least })
/** Marks a setting of the server as a whole, which requests cannot override. */
export const fixed = (declared: Setting): Setting => ({ ...declared, editable: false })
export const inert = (declared: Setting): Setting => ({ ...declared, isInert: true })
