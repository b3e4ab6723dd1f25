import { describe, expect, it } from 'vitest'
import { aggregate } from '../../src/operators/aggregate/aggregate.ts'
import { tableAggregate } from '../../src/operators/aggregate/table-aggregate.ts'
import { tableGroupBy } from '../../src/operators/stateless/table-group-by.ts'
import { materialize } from '../../src/operators/table/materialize.ts'
import { INTEGER } from '../../src/types/sql-type.ts'
import { comparable, FAMILIES, type Family, toRow, VALUE_TYPES } from '../support/aggregate-families.ts'
import { randomEvents } from '../support/events.ts'
import { harness, record } from '../support/operator-harness.ts'
import { forEachSeed } from '../support/seeds.ts'
import { column, named, streamOf, tableOf } from '../support/steps.ts'

describe('aggregates of streams agree with the function of all values of the group', () => {
  it.each(FAMILIES.map((family) => [family.call.name, family] as const))('%s', (_name, { call, of }) => {
    forEachSeed((random) => {
      const step = { kind: 'aggregate', id: 'a', input: 'g', functions: [call], store: 'rows' } as const
      const { send } = harness(aggregate, step, [streamOf(VALUE_TYPES)])
      const groups = new Map<string, { values: (number | null)[]; time: number }>()
      for (const { key, value, time } of randomEvents(random, { sides: 1, count: 30 })) {
        const [output] = send(0, record(key === null ? null : [key], toRow(key ?? '', value), time))
        if (key === null) {
          expect(output).toBeUndefined()
          continue
        }
        const group = groups.get(key)
        const before = group === undefined ? null : comparable(of(group.values))
        const values = [...(group?.values ?? []), value]
        const latest = Math.max(time, group?.time ?? 0)
        groups.set(key, { values, time: latest })
        expect(comparable(output!.value![1])).toEqual(comparable(of(values)))
        expect(output!.oldValue === null ? null : comparable(output!.oldValue[1])).toEqual(before)
        expect(output!.timestamp).toBe(latest)
      }
    })
  })
})

describe('aggregates of tables agree with the function of the rows that are in the group now', () => {
  const table = tableOf({ ...VALUE_TYPES, G: INTEGER })
  const G = named('G', column(4, INTEGER))
  const steps = {
    materialize: { kind: 'materialize', id: 'm', input: 's', store: 'table', retentionMs: null },
    group: { kind: 'tableGroupBy', id: 'g', input: 'm', key: [G] },
  } as const

  const families = FAMILIES.filter(({ hasUndo }) => hasUndo)
  it.each(families.map((family) => [family.call.name, family] as const))('%s', (_name, { call, of, order }: Family) => {
    forEachSeed((random) => {
      const source = harness(materialize, steps.materialize, [table])
      const grouped = harness(tableGroupBy, steps.group, [table])
      const step = { kind: 'tableAggregate', id: 'a', input: 'g', functions: [call], store: 'rows' } as const
      const groups = harness(tableAggregate, step, [grouped.schema])
      const rows = new Map<string, { group: number | null; value: number | null }>()
      const seen = new Set<number>()
      for (let i = 0; i < 40; i++) {
        const key = random.pick(['a', 'b', 'c', 'd', 'e'])
        const old = rows.get(key)
        const row = random.chance(0.2)
          ? null
          : {
              group: random.chance(0.1) ? null : random.integer(1, 2),
              value: random.chance(0.1) ? null : random.integer(0, 5),
            }
        if (row === null) rows.delete(key)
        else rows.set(key, row)
        const value = row === null ? null : [...toRow(key, row.value), row.group]
        const outputs = source
          .send(0, record([key], value, i))
          .flatMap((change) => grouped.send(0, change))
          .flatMap((change) => groups.send(0, change))
        const touched = [...new Set([old?.group ?? null, row?.group ?? null])].filter((group) => group !== null)
        expect(outputs.map((output) => output.key![0])).toEqual(touched)
        for (const group of touched) seen.add(group)
        for (const output of outputs) {
          const members = [...rows.values()].filter((member) => member.group === output.key![0])
          const expected = of(members.map((member) => member.value))
          const actual = output.value![1]
          if (order !== undefined) expect(bag(actual)).toEqual(bag(expected))
          else expect(comparable(actual)).toEqual(comparable(expected))
        }
      }
    })
  })
})

/** A list as a bag: an undo takes out one of the equal elements, whichever. */
const bag = (list: unknown): unknown[] => [...(list as unknown[])].sort()
