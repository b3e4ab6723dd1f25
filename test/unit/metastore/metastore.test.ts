import { expect, test } from 'vitest'
import type { DataSource } from '../../../src/metastore/data-source.ts'
import {
  EMPTY_METASTORE,
  type Metastore,
  putQuery,
  putSource,
  removeQuery,
  removeSource,
} from '../../../src/metastore/metastore.ts'

const source = (name: string, topic: string) => ({ name, topic }) as DataSource
const link = (queryId: string, writes: string | null) => ({ queryId, kind: 'INSERT', reads: ['S'], writes }) as const
const lists = ({ sourcesByTopic, writers }: Metastore) => ({
  sources: Object.fromEntries(sourcesByTopic),
  writers: Object.fromEntries(writers),
})

test('sources are known by their topic and queries by what they write, as both come, change and go', () => {
  let metastore = putSource(putSource(EMPTY_METASTORE, source('A', 't')), source('B', 't'))
  metastore = [link('Q1', 'A'), link('Q2', 'A'), link('Q3', null)].reduce(putQuery, metastore)
  expect(lists(metastore)).toEqual({ sources: { t: ['A', 'B'] }, writers: { A: ['Q1', 'Q2'] } })
  metastore = putSource(putQuery(metastore, link('Q1', 'B')), source('B', 'u'))
  expect(lists(metastore)).toEqual({ sources: { t: ['A'], u: ['B'] }, writers: { A: ['Q2'], B: ['Q1'] } })
  metastore = removeSource(removeQuery(removeQuery(metastore, 'Q1'), 'Q3'), 'B')
  expect(lists(metastore)).toEqual({ sources: { t: ['A'] }, writers: { A: ['Q2'] } })
})
