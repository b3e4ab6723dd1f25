/** Pull requests on their way to a worker: keys are values of any type, so they go as bytes. */
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { stepSchemas } from '../../plan/topology.ts'
import type { Row } from '../../types/value.ts'
import type { WorkerPull } from '../worker.ts'
import type { WirePull } from './protocol.ts'
import { plainRows, type RowBatch, type RowBatchCodec } from './row-batches.ts'

/** The codec of the keys of the plan's table. */
export function keyCodecOf({ steps, materialization }: PhysicalPlan): RowBatchCodec<Row> {
  return plainRows(materialization === null ? [] : stepSchemas(steps).get(materialization.step)!.key)
}

export function writePull({ keys, keyRange, ...rest }: WorkerPull, codec: RowBatchCodec<Row>): WirePull {
  const one = (key: Row | undefined): RowBatch | null => (key === undefined ? null : codec.encode([key]))
  return {
    ...rest,
    keys: keys === null ? null : codec.encode(keys),
    keyRange:
      keyRange === null
        ? null
        : {
            from: one(keyRange.from),
            fromInclusive: keyRange.fromInclusive ?? true,
            to: one(keyRange.to),
            toInclusive: keyRange.toInclusive ?? true,
          },
  }
}

export function readPull({ keys, keyRange, ...rest }: WirePull, codec: RowBatchCodec<Row>): WorkerPull {
  return {
    ...rest,
    keys: keys === null ? null : codec.decode(keys),
    keyRange:
      keyRange === null
        ? null
        : {
            fromInclusive: keyRange.fromInclusive,
            toInclusive: keyRange.toInclusive,
            ...(keyRange.from === null ? {} : { from: codec.decode(keyRange.from)[0]! }),
            ...(keyRange.to === null ? {} : { to: codec.decode(keyRange.to)[0]! }),
          },
  }
}
