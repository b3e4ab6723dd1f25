import { describe, expect, it } from 'vitest'
import { aggregate } from '../../../src/operators/aggregate/aggregate.ts'
import type { Step } from '../../../src/operators/index.ts'
import { materializedView } from '../../../src/operators/materialized-view.ts'
import { readsOldValue } from '../../../src/operators/old-value.ts'
import { BIGINT, INTEGER, STRING } from '../../../src/types/sql-type.ts'
import { harness, record } from '../../support/operator-harness.ts'
import { column, compare, countAll, literal, named, streamOf } from '../../support/steps.ts'

const N = column(1, BIGINT, 'N')
const aggregateStep = { kind: 'aggregate', id: 'agg', input: 'g', functions: [countAll], store: 'rows' } as const
const window = { type: 'TUMBLING', sizeMs: 10, graceMs: 0, retentionMs: 10 } as const
const steps: readonly Step[] = [
  aggregateStep,
  { kind: 'windowedAggregate', id: 'win', input: 'g', functions: [countAll], window, emit: 'CHANGES', store: 'rows' },
  { kind: 'materialize', id: 'mat', input: 's', store: 'rows', retentionMs: null },
  { kind: 'tableFilter', id: 'having', input: 'agg', predicate: compare(N, '>', literal(1, BIGINT)), text: 'N > 1' },
  { kind: 'project', id: 'select', input: 'having', key: [{ name: 'K', type: STRING }], columns: [named('TOTAL', N)] },
]

describe('materializedView', () => {
  const running = harness(aggregate, aggregateStep, [streamOf({ V: INTEGER })])
  const { schema } = running
  const view = (step: string, stages: readonly string[]) =>
    materializedView({ step, stages }, steps, schema, running.context)
  const key = ['a']

  it('puts the states of an aggregation through HAVING and the projection', () => {
    const entry = () => {
      const store = running.stores.get('rows')!
      return store.kind === 'keyValue' ? store.get('a')!.row : expect.unreachable()
    }
    running.send(0, record(key, ['a', 1], 1))
    expect(view('agg', ['having', 'select']).read(key, null, entry())).toBeNull()
    running.send(0, record(key, ['a', 1], 2))
    expect(view('agg', ['having', 'select']).read(key, null, entry())).toEqual({ key, value: [2] })
    expect(view('agg', ['agg']).read(key, null, entry())).toEqual({ key, value: ['a', 2] })
  })

  it('adds the bounds of windows', () => {
    const states = [3]
    expect(view('win', []).read(key, { start: 0, end: 10 }, states)).toEqual({ key, value: ['a', 3, 0, 10] })
  })

  it('reads the rows of a source table as they are', () => {
    expect(view('mat', []).read(key, null, ['a', 9])).toEqual({ key, value: ['a', 9] })
  })

  it('refuses stages that are unknown or not pure', () => {
    expect(() => view('nowhere', [])).toThrow('no step nowhere')
    const join = { kind: 'selectKey', id: 'key', input: 'agg', key: [] } as const
    expect(() => materializedView({ step: 'key', stages: [] }, [join], schema, running.context)).toThrow(
      'kind selectKey',
    )
  })
})

describe('readsOldValue', () => {
  it('is true where a filter or a grouping of the table follows, also behind a projection', () => {
    expect(readsOldValue('agg', steps)).toBe(true)
    expect(readsOldValue('having', steps)).toBe(false)
    const grouped: Step = { kind: 'tableGroupBy', id: 'group', input: 'select', key: [] }
    expect(readsOldValue('having', [...steps, grouped])).toBe(true)
  })
})
