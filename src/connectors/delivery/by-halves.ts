/** Finds the records that a target refuses where it refuses requests as a whole. */
import { type SinkRecord, TAKEN, type WriteResult } from '../connector.ts'

/** A refusal of the whole request, in the target's words; null: it was taken. */
export type SendAll = (records: readonly SinkRecord[]) => Promise<string | null>

/** Sends the records in one request, and if that is refused, each half by itself, down to the record at fault. Rejects as `send` does. */
export async function sendByHalves(records: readonly SinkRecord[], send: SendAll): Promise<WriteResult> {
  if (records.length === 0) return TAKEN
  const reason = await send(records)
  if (reason === null) return TAKEN
  if (records.length === 1) return { refused: [{ record: records[0]!, reason }], again: [] }
  const middle = records.length >> 1
  const first = await sendByHalves(records.slice(0, middle), send)
  const second = await sendByHalves(records.slice(middle), send)
  return { refused: [...first.refused, ...second.refused], again: [] }
}
