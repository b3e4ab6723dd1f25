/** Rows that arrive as lines, inserted in order, acknowledged as they are stored. Source: rest.md 5. */
import type { InsertRequest } from '../engine/api.ts'
import { RequestError } from '../errors.ts'
import type { AckWriter } from './insert-acks.ts'
import { parseBody } from './request-body.ts'

export type InsertRow = (values: InsertRequest['values']) => Promise<void>

/** Rows on their way to the log at a time. Reading stops there, and the client feels it by flow control. */
const MAX_UNDER_WAY = 1024

/** Reads to the end of the lines or to the first row that fails; resolves when every row read has been answered. */
export async function insertRows(lines: AsyncIterable<string>, insert: InsertRow, acks: AckWriter): Promise<void> {
  let underWay = 0
  let answered: () => void = () => {}
  const fewerThan = async (count: number) => {
    while (underWay >= count) {
      await new Promise<void>((resolve) => {
        answered = resolve
      })
    }
  }
  let seq = 0
  try {
    for await (const line of lines) {
      if (acks.isOver) break
      underWay++
      void insertLine(line, insert, acks, seq++).finally(() => {
        underWay--
        answered()
      })
      await fewerThan(MAX_UNDER_WAY)
    }
  } catch (error) {
    acks.failed(seq, error)
  }
  await fewerThan(1)
}

/** Never rejects: failures are answered. */
async function insertLine(line: string, insert: InsertRow, acks: AckWriter, seq: number): Promise<void> {
  try {
    const values = parseBody(line)
    if (!(values instanceof Map)) throw new RequestError('BAD_REQUEST', 'A row must be a JSON object.')
    await insert(values)
    await acks.stored(seq)
  } catch (error) {
    acks.failed(seq, error)
  }
}
