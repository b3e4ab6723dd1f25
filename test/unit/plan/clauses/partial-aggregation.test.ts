import { describe, expect, it } from 'vitest'
import { planCreateAs } from '../../../../src/plan/queries/persistent-query.ts'
import { queryUpgradeProblem } from '../../../../src/plan/queries/replace-query.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const METASTORE = metastoreOf(
  `CREATE STREAM s (k STRING KEY, g STRING, v INT, d DOUBLE, n DECIMAL(9, 2), t STRING) WITH (kafka_topic='t', value_format='JSON')`,
)

const plan = (select: string, rest = 'GROUP BY g') =>
  planCreateAs(statement('createAs', `CREATE TABLE r AS SELECT ${select} FROM s ${rest};`), 'Q', contextOf(METASTORE))
    .plan

const kinds = (...query: Parameters<typeof plan>) => plan(...query).steps.map(({ kind }) => kind)

describe('records are added up before the repartition', () => {
  it.each([
    'COUNT(*)',
    'COUNT(v)',
    'COUNT(*) FILTER (WHERE v > 1)',
    'SUM(v)',
    'SUM(n)',
    'AVG(v)',
    'AVG(n)',
    'MIN(d), MAX(t)',
  ])('%s', (calls) => {
    expect(kinds(`g, ${calls}`)).toEqual([
      'source',
      'groupBy',
      'project',
      'partialAggregate',
      'repartition',
      'aggregate',
      'project',
      'sink',
    ])
  })

  it.each(['TUMBLING (SIZE 1 MINUTE)', 'SESSION (1 MINUTE)'])('in windows: %s', (window) => {
    expect(kinds('g, COUNT(*)', `WINDOW ${window} GROUP BY g`)).toContain('partialAggregate')
  })
})

describe('records are added up where calls take DISTINCT values', () => {
  it.each([
    'COUNT(DISTINCT v)',
    'COUNT(DISTINCT d), COUNT(*) FILTER (WHERE v > 1)',
    'SUM(DISTINCT v), MAX(DISTINCT t)',
  ])('%s', (calls) => expect(kinds(`g, ${calls}`)).toContain('partialChangeAggregate'))

  it.each([
    ['unless the order of values matters', 'g, COUNT(*), COLLECT_LIST(DISTINCT v)', 'GROUP BY g'],
    ['unless values have times', 'g, COUNT(DISTINCT v)', 'GROUP BY g STATE TTL 1 DAY'],
    ['unless they lie with their groups', 'k, COUNT(DISTINCT v)', 'GROUP BY k'],
  ])('%s', (_name, calls, rest) => {
    const steps = kinds(calls, rest)
    expect(steps).toContain('changeAggregate')
    expect(steps).not.toContain('partialChangeAggregate')
  })
})

describe('records are sent one by one', () => {
  it.each([
    ['sums of DOUBLE, which depend on the order', 'SUM(d)'],
    ['averages of DOUBLE', 'AVG(d)'],
    ['values by their order', 'LATEST_BY_OFFSET(v)'],
    ['lists', 'COLLECT_LIST(v)'],
    ['one such call among others', 'COUNT(*), TOPK(v, 2)'],
  ])('%s', (_name, calls) => {
    expect(kinds(`g, ${calls}`)).not.toContain('partialAggregate')
  })

  it('where they lie with their groups', () => {
    expect(kinds('k, COUNT(*)', 'GROUP BY k')).not.toContain('repartition')
    expect(kinds('k, COUNT(*)', 'GROUP BY k')).not.toContain('partialAggregate')
  })
})

describe('a query continues as another plan', () => {
  it('that adds records up, as the topic may hold both', () => {
    const { steps, ...rest } = plan('g, COUNT(*)')
    const former = steps
      .filter(({ kind }) => kind !== 'partialAggregate')
      .map((step) => {
        const { recordColumns: _, ...old } = { recordColumns: undefined, ...step }
        return (step.kind === 'repartition' ? { ...old, input: 'Aggregate/Prepare' } : old) as typeof step
      })
    expect(queryUpgradeProblem({ ...rest, steps: former }, plan('g, COUNT(*)'))).toBeNull()
  })

  it('unless it could not read the partials that are on their way', () => {
    expect(queryUpgradeProblem(plan('g, COUNT(*)'), plan('g, COUNT(*), SUM(1)'))).toBeNull()
    expect(queryUpgradeProblem(plan('g, COUNT(v)'), plan('g, COUNT(v), COLLECT_LIST(v)'))?.reason).toContain(
      'must have matching partialAggregation. Values differ: true vs. false',
    )
  })
})
