/** A target of batches that hands changes on. A change that the test does not expect fails it. */
import { expect } from 'vitest'
import type { BatchTarget } from '../../src/state/lmdb/write-batch.ts'

interface Visits {
  readonly put?: (key: Buffer, value: Buffer) => void
  readonly delete?: (key: Buffer) => void
  readonly deleteRange?: (from: Buffer, to: Buffer) => void
}

export function targetOf({ put, ...visits }: Visits): BatchTarget {
  const visitPut = put ?? (() => expect.unreachable())
  return {
    put: visitPut,
    putFrom: (source, keyStart, keyEnd, valueEnd) =>
      visitPut(source.subarray(keyStart, keyEnd), source.subarray(keyEnd, valueEnd)),
    delete: visits.delete ?? (() => expect.unreachable()),
    deleteRange: visits.deleteRange ?? (() => expect.unreachable()),
  }
}
