/** Bodies and answers of the bulk API of Elasticsearch and OpenSearch. Source: Elasticsearch reference, "Bulk API". */
import type { ByteBuffer } from '../../types/byte-buffer.ts'
import { type Refusal, type SinkRecord, TAKEN, type WriteResult } from '../connector.ts'
import { mayPass } from '../delivery/http-target.ts'

export type BulkAction =
  | { readonly kind: 'index' | 'create' }
  /** `version`: greater than that of every earlier change of the document. */
  | { readonly kind: 'put' | 'delete'; readonly version: number }

/** Appends the line that says what is to be done. `index` null: the address of the request has it. */
export function writeAction(action: BulkAction, index: string | null, id: string | null, out: ByteBuffer): void {
  const members: string[] = []
  if (index !== null) members.push(`"_index":${JSON.stringify(index)}`)
  if (id !== null) members.push(`"_id":${JSON.stringify(id)}`)
  if ('version' in action) members.push(`"version":${action.version},"version_type":"external"`)
  const name = action.kind === 'put' ? 'index' : action.kind
  const line = `{"${name}":{${members.join(',')}}}\n`
  out.reserve(line.length * 3)
  out.position += out.buffer.utf8Write(line, out.position)
}

interface BulkAnswer {
  readonly errors?: boolean
  readonly items?: readonly Readonly<Record<string, BulkItem>>[]
}

interface BulkItem {
  readonly status: number
  readonly error?: {
    readonly type?: string
    readonly reason?: string
    readonly caused_by?: { readonly reason?: string }
  }
}

/** Refusals that are about the target and not about the document. */
const NOT_OF_THE_DOCUMENT: ReadonlySet<string> = new Set([
  'index_not_found_exception',
  'security_exception',
  'cluster_block_exception',
  'index_closed_exception',
])

/** What became of each record. Throws an Error for an answer that is none, and where somebody must act at the target. */
export function readBulkAnswer(text: string, records: readonly SinkRecord[]): WriteResult {
  const answer = parsed(text)
  if (answer.errors === false) return TAKEN
  const items = answer.items ?? []
  if (items.length !== records.length) {
    throw new Error(`The bulk API answered for ${items.length} of ${records.length} documents: ${text.slice(0, 300)}`)
  }
  const refused: Refusal[] = []
  const again: SinkRecord[] = []
  let putOff = ''
  for (const [i, entry] of items.entries()) {
    const [action, item] = Object.entries(entry)[0]!
    const outcome = outcomeOf(action, item)
    if (outcome === 'again') {
      again.push(records[i]!)
      putOff = `${item.status} ${reasonOf(item)}`
    }
    if (outcome !== 'again' && outcome !== 'taken') refused.push({ record: records[i]!, reason: outcome })
  }
  return { refused, again, reason: `The target put off ${again.length} of ${records.length} documents: ${putOff}` }
}

const reasonOf = ({ error }: BulkItem): string =>
  [error?.type, error?.reason, error?.caused_by?.reason].filter((part) => part !== undefined).join(': ')

/** `taken`, `again`, or why the document is refused. */
function outcomeOf(action: string, item: BulkItem): string {
  const { status, error } = item
  if (status < 300) return 'taken'
  // 409: the document is there already, in this version or a later one, as an earlier try has put it. 404: what is to be deleted is gone.
  if (status === 409 || (action === 'delete' && status === 404 && error === undefined)) return 'taken'
  if (mayPass(status)) return 'again'
  const reason = reasonOf(item)
  if (NOT_OF_THE_DOCUMENT.has(error?.type ?? '')) throw new Error(`The target refuses to write: ${reason}`)
  return `${status} ${reason}`
}

function parsed(text: string): BulkAnswer {
  try {
    return JSON.parse(text) as BulkAnswer
  } catch (cause) {
    throw new Error(`The bulk API's answer is no JSON: ${text.slice(0, 300)}`, { cause })
  }
}
