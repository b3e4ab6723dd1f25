/** The table of formats. */
import { StatementError } from '../errors.ts'
import { suggestion } from '../suggest.ts'
import { avro } from './avro.ts'
import { csv } from './csv.ts'
import { delimited } from './delimited.ts'
import type { Format, FormatName } from './format.ts'
import { json } from './json.ts'
import { jsonSr } from './json-sr.ts'
import { kafka } from './kafka.ts'
import { line } from './line.ts'
import { none } from './none.ts'
import { grok, regex } from './pattern.ts'
import { protobuf, protobufNosr } from './protobuf.ts'

export const FORMATS: { readonly [name in FormatName]: Format } = {
  NONE: none,
  KAFKA: kafka,
  DELIMITED: delimited,
  CSV: csv,
  LINE: line,
  REGEX: regex,
  GROK: grok,
  JSON: json,
  JSON_SR: jsonSr,
  AVRO: avro,
  PROTOBUF: protobuf,
  PROTOBUF_NOSR: protobufNosr,
}

/** The format called `name` in any letter case. Throws StatementError for an unknown one. */
export function resolveFormat(name: string): FormatName {
  const upper = name.trim().toUpperCase()
  if (Object.hasOwn(FORMATS, upper)) return upper as FormatName
  throw new StatementError(`Unknown format: ${upper}.${formatAdvice(upper)}`)
}

/** Names that formats have elsewhere. */
const FOREIGN_FORMATS: ReadonlyMap<string, string> = new Map([
  ['TSV', "CSV reads and writes TSV: VALUE_FORMAT='CSV', VALUE_DELIMITER='TAB'."],
  ['TEXT', 'LINE reads and writes plain text, in a single STRING column.'],
  ['STRING', 'LINE reads and writes plain text, in a single STRING column.'],
  ['NDJSON', 'JSON reads and writes one object in each record.'],
  ['JSONL', 'JSON reads and writes one object in each record.'],
])

function formatAdvice(name: string): string {
  const advice = FOREIGN_FORMATS.get(name)
  return advice === undefined ? suggestion(name, Object.keys(FORMATS), { label: 'Formats' }) : ` ${advice}`
}
