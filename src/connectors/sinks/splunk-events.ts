/** Records as Splunk's collector takes them: events with metadata of their own, or lines. */
import type { ByteBuffer } from '../../types/byte-buffer.ts'
import type { SinkContext, SinkRecord } from '../connector.ts'
import { columnNames } from '../document-options.ts'
import { type ColumnReader, columnReader, type DocumentWriter, documentWriter, plainText } from '../documents.ts'
import type { Options } from '../options.ts'
import { type CompiledTemplate, compileTemplate } from '../templates.ts'

/** Options that name metadata of events, called as the metadata is. */
export const METADATA = ['index', 'source', 'sourcetype', 'host'] as const

/** The event itself: the document, or one column as JSON text. */
function eventBody({ options, source }: SinkContext): DocumentWriter | ColumnReader {
  const column = options.textOrNull('event.column')
  if (column !== null) return columnReader(source, 'event.column', column)
  return documentWriter(source, { names: columnNames(options) })
}

const writeText = (text: string, out: ByteBuffer): void => {
  out.reserve(text.length * 3)
  out.position += out.buffer.utf8Write(text, out.position)
}

/** Appends `{"time":..., "host":..., "event":...}`. */
export function eventWriter(context: SinkContext): (record: SinkRecord, out: ByteBuffer) => void {
  const { options, source, partition } = context
  const body = eventBody(context)
  const isDocument = options.textOrNull('event.column') === null
  const metadata = metadataOf(options, (text, name) => compileTemplate(text, name, source))
  const idField = options.text('record.id.field')
  return (record, out) => {
    let head = `{"time":${(record.timestamp / 1000).toFixed(3)},`
    for (const { name, template } of metadata) {
      const filled = template.constant === null ? template.fill(record, partition) : { text: template.constant }
      if ('text' in filled) head += `"${name}":${JSON.stringify(filled.text)},`
    }
    if (idField !== '') {
      head += `"fields":{${JSON.stringify(idField)}:${JSON.stringify(`${source.topic}+${partition}+${record.offset}`)}},`
    }
    writeText(`${head}"event":`, out)
    if (isDocument) (body as DocumentWriter)(record, out)
    else writeText(JSON.stringify(textOf((body as ColumnReader)(record))), out)
    writeText('}\n', out)
  }
}

/** Appends a line. */
export function rawWriter(context: SinkContext): (record: SinkRecord, out: ByteBuffer) => void {
  const body = eventBody(context)
  const isDocument = context.options.textOrNull('event.column') === null
  return (record, out) => {
    if (isDocument) (body as DocumentWriter)(record, out)
    else writeText(textOf((body as ColumnReader)(record)).replaceAll(/\r?\n/g, ' '), out)
    writeText('\n', out)
  }
}

const textOf = (value: ReturnType<ColumnReader>): string => (value === null ? '' : plainText(value))

/** The path of a request, with the metadata that all its lines have. */
export function rawPath({ options, source }: SinkContext): string {
  const parameters = metadataOf(options, (text, name) => compileTemplate(text, name, source)).map(
    ({ name, template }) => `${name}=${encodeURIComponent(template.constant ?? '')}`,
  )
  return `/services/collector/raw${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`
}

const metadataOf = (options: Options, compile: (text: string, name: string) => CompiledTemplate) =>
  METADATA.flatMap((name) => {
    const text = options.textOrNull(name)
    return text === null ? [] : [{ name, template: compile(text, name) }]
  })
