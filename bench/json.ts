/**
 * Cost per record of decoding and encoding JSON, and of both together, beside JSON.parse, an object literal and JSON.stringify for the same
 * job: `npm run bench -- json [part of a shape's name]`.
 */
import type { SqlType } from '../src/types/sql-type.ts'
import { jsonWork } from './json-job.ts'
import { SHAPES, type Shape } from './json-shapes.ts'
import { compareSideBySide, type Work } from './side-by-side.ts'

const RECORDS = 1000

type Event = Readonly<Record<string, unknown>>

function workOf({ types, record, wanted = Object.keys(types), where }: Shape): Work {
  const columns = Object.entries(types).map(([name, type]) => ({ name: name.toUpperCase(), type }))
  const output = wanted.map((name) => ({ name: name.toUpperCase(), type: types[name]! }))
  return jsonWork<Event>({
    records: Array.from({ length: RECORDS }, (_, i) => record(i)),
    columns,
    wanted: output.map(({ name }) => name),
    where: where && { column: where.column.toUpperCase(), value: where.value },
    output,
    evaluate: null,
    byHand: {
      passes: where === undefined ? null : ({ [where.column]: value }) => value === where.value,
      evaluate: literal(wanted.map((name) => [name, types[name]!])),
    },
  })
}

/** What a programmer would write for this query, as source: so that property reads are as fast as they can be. */
const literal = (fields: readonly (readonly [string, SqlType])[]): ((event: Event) => unknown) =>
  new Function('event', `return ${objectOf('event', fields)}`) as (event: Event) => unknown

const objectOf = (source: string, fields: readonly (readonly [string, SqlType])[]): string =>
  `{ ${fields.map(([name, type]) => `${JSON.stringify(name.toUpperCase())}: ${outputOf(`${source}[${JSON.stringify(name.toLowerCase())}]`, type)}`).join(', ')} }`

/** Fields of structs are renamed as columns are; everything else stays as JSON.parse gave it. */
function outputOf(source: string, type: SqlType): string {
  if (type.kind === 'ARRAY' && type.element.kind === 'STRUCT') {
    return `${source}.map((e) => (${outputOf('e', type.element)}))`
  }
  if (type.kind !== 'STRUCT') return source
  return objectOf(
    source,
    type.fields.map((field) => [field.name, field.type]),
  )
}

compareSideBySide(import.meta.filename, new Map(SHAPES.map((shape) => [shape.name, () => workOf(shape)])))
