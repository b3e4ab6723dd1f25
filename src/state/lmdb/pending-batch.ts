/**
 * Large batches of a task. LMDB copies each page that a transaction changes into memory, and random keys of a large table lie on a page each:
 * 100,000 of them would take 400 MB and stop the thread for a second. So the batch is first stored whole, as a log of what is to be
 * done, together with the record that it belongs to: from then on it counts as written. Then it is carried out in small transactions,
 * and at last forgotten. After a crash in between, it is carried out again: that gives the same.
 */
import type { StateEnvironment } from './lmdb-environment.ts'
import { PENDING_ID, storePrefix } from './state-ids.ts'
import { type Changes, type KeyRangeBytes, WriteBatch } from './write-batch.ts'

/** Changes in one transaction: at most about 16 MB of pages, 10 to 20 ms. */
export const PART_CHANGES = 4096
const PIECE_BYTES = 65_536

/** Whether a batch has to be stored first. */
export const isLarge = (batch: WriteBatch, environment: StateEnvironment): boolean =>
  batch.size > PART_CHANGES || batch.ranges().some(({ from, to }) => environment.countKeys(from, to) > PART_CHANGES)

/** `head`: what is written together with the batch: the task's record. Rejects with what the disk says. */
export async function writeLarge(
  environment: StateEnvironment,
  task: string,
  head: WriteBatch,
  batch: WriteBatch,
): Promise<void> {
  dropPending(task, head)
  await environment.write({
    applyTo(target) {
      head.applyTo(target)
      let piece = 0
      for (const bytes of batch.content()) {
        for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
          target.put(pieceKey(task, piece++), bytes.subarray(at, at + PIECE_BYTES))
        }
      }
    },
  })
  await nextTurn()
  await carryOut(environment, task, batch)
}

/** Carries out what a crash has left undone. */
export async function recoverPending(environment: StateEnvironment, task: string): Promise<void> {
  const pieces = [...environment.range(pieceKey(task, 0), piecesEnd(task))].map(({ value }) => value)
  if (pieces.length > 0) await carryOut(environment, task, WriteBatch.fromBytes(Buffer.concat(pieces)))
}

/** Appends that nothing is left to be done for the task. */
export function dropPending(task: string, batch: WriteBatch): void {
  batch.deleteRange(pieceKey(task, 0), piecesEnd(task))
}

/**
 * Carries a batch out in small transactions, which are smaller while others wait for the thread; `atEnd` is part of the last one. What a failure
 * leaves is a part of the batch.
 */
export async function writeInParts(
  environment: StateEnvironment,
  batch: WriteBatch,
  { partChanges = PART_CHANGES, atEnd = null }: { readonly partChanges?: number; readonly atEnd?: Changes | null } = {},
): Promise<void> {
  for (const part of batch.parts({ limit: partChanges, isAwaited: environment.isAwaited, atEnd })) {
    if ('from' in part) await deleteRange(environment, part)
    else await environment.write(part)
    await nextTurn()
  }
}

async function carryOut(environment: StateEnvironment, task: string, batch: WriteBatch): Promise<void> {
  const atEnd = new WriteBatch()
  dropPending(task, atEnd)
  await writeInParts(environment, batch, { atEnd })
}

/** Deletes all keys in `[from, to)`, in small transactions. */
export async function deleteRange(environment: StateEnvironment, range: KeyRangeBytes): Promise<void> {
  while (await deleteFirst(environment, range, PART_CHANGES)) await nextTurn()
}

/** Deletes the first `limit` keys in `[from, to)`, in one transaction. Returns whether there may be more. */
export async function deleteFirst(
  environment: StateEnvironment,
  { from, to }: KeyRangeBytes,
  limit: number,
): Promise<boolean> {
  const entries = environment.chunk(from, to, limit)
  const batch = new WriteBatch()
  for (const { key } of entries) batch.delete(key)
  if (entries.length > 0) await environment.write(batch)
  return entries.length === limit
}

/**
 * Others get their turn between two transactions: what has arrived for the thread is taken before the promise resolves. Two immediates, because
 * where the event loop takes events, one runs before the loop looks for events again.
 */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })

const PENDING = storePrefix(PENDING_ID)

/** The text ends with a character that no name has, so that no task's pieces lie among another's. */
const piecesOf = (task: string): Buffer => Buffer.concat([PENDING, Buffer.from(`${task}\u0000`)])

function pieceKey(task: string, piece: number): Buffer {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(piece)
  return Buffer.concat([piecesOf(task), number])
}

const piecesEnd = (task: string): Buffer => Buffer.concat([piecesOf(task), Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff)])
