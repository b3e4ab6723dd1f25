/**
 * Values of rows. Which representation a column has follows from its SQL type (design: decide once, then run):
 * BOOLEAN `boolean`; INTEGER `number`; BIGINT `number` while safe, else `bigint`; DOUBLE `number`; DECIMAL `Decimal`; STRING `string`;
 * BYTES `Uint8Array`; DATE days, TIME ms of the day, TIMESTAMP epoch ms, all `number`; ARRAY `Value[]`; MAP `Map`; STRUCT `Value[]` in
 * field order; NULL `null`.
 */
import type { Decimal } from './decimal.ts'

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Decimal
  | readonly Value[]
  | ReadonlyMap<Value, Value>

/** Column values in the order of the schema that goes with it. */
export type Row = Value[]
