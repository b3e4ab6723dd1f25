/** Types as they are written in SQL. */

/** As descriptions of streams and tables have it. */
export interface SchemaText {
  readonly type: string
  readonly fields: readonly { readonly name: string; readonly schema: SchemaText }[] | null
  readonly memberSchema: SchemaText | null
  readonly parameters?: { readonly precision: number; readonly scale: number }
}

export function typeText({ type, fields, memberSchema, parameters }: SchemaText): string {
  if (parameters !== undefined) return `${type}(${parameters.precision}, ${parameters.scale})`
  if (fields !== null) return `STRUCT<${fields.map(({ name, schema }) => `${name} ${typeText(schema)}`).join(', ')}>`
  if (memberSchema === null) return type
  return type === 'MAP' ? `MAP<STRING, ${typeText(memberSchema)}>` : `${type}<${typeText(memberSchema)}>`
}
