/** EXPLAIN and SHOW QUERIES EXTENDED as text. */
import type { QueryDescription } from '../../engine/describe/entities.ts'
import { facts, hangingLines } from './facts.ts'
import { listTable } from './list-table.ts'
import { fieldText } from './schema-text.ts'

/** `width`: columns of the terminal. */
export function queryText(query: QueryDescription, width: number): string {
  const fields = query.fields.map((field) => [field.name, fieldText(field, query.windowType !== null)])
  const sections = [
    facts(
      [
        ['ID', query.id],
        ['Query Type', query.queryType],
        ['SQL', query.statementText],
        ['Window type', query.windowType ?? undefined],
        ['State', query.state ?? undefined],
        ['Host Query Status', pairs(query.ksqlHostQueryStatus)],
        ['Consumer Group', query.consumerGroupId],
      ],
      width,
    ),
    listTable({ titles: ['Field', 'Type'], rows: fields }, width),
    section('Sources that this query reads from', query.sources.join('\n')),
    section('Sinks that this query writes to', query.sinks.join('\n')),
    section('Access paths', accessPaths(query, width)),
    section('Execution plan', hangingLines(query.executionPlan.replaceAll('\t\t', '  '), width)),
    section('Processing topology', query.topology),
    section('Operators since the query was started', operators(query, width)),
    section('Functions since the query was started', functions(query, width)),
    section('Overridden Properties', overrides(query, width)),
    section('Errors', query.queryErrors.map(errorText).join('\n')),
  ]
  return sections.filter((text) => text !== '').join('\n\n')
}

function section(title: string, text: string): string {
  return text.trim() === '' ? '' : [title, '-'.repeat(title.length), text.trimEnd()].join('\n')
}

const pairs = (map: Readonly<Record<string, string>>): string =>
  Object.entries(map)
    .map(([name, value]) => `${name}:${value}`)
    .join(', ')

function overrides({ overriddenProperties }: QueryDescription, width: number): string {
  const rows = Object.entries(overriddenProperties)
  return rows.length === 0 ? '' : listTable({ titles: ['Property', 'Value'], rows }, width)
}

function accessPaths({ access = [] }: QueryDescription, width: number): string {
  if (access.length === 0) return ''
  const isAnalyzed = access.some(({ rowsRead }) => rowsRead !== undefined)
  const titles = ['Source', 'Path', ...(isAnalyzed ? ['Rows Read'] : [])]
  const rows = access.map(({ source, path, rowsRead }) => [source, path, ...(isAnalyzed ? [String(rowsRead)] : [])])
  const advice = access.flatMap((one) => (one.advice === undefined ? [] : [one.advice]))
  return [listTable({ titles, rows }, width), ...advice].join('\n')
}

/** The counts of EXPLAIN ANALYZE; a dash where a step has none. */
function operators({ operators: steps = [] }: QueryDescription, width: number): string {
  if (steps.length === 0) return ''
  const titles = ['Step', 'In', 'Out', 'Late', 'Dropped', 'State Entries', 'Time (ms, sampled)']
  const rows = steps.map((step) => [
    step.step,
    ...[step.recordsIn, step.recordsOut, step.lateRecords, step.droppedRecords].map(String),
    step.stateEntries?.toString() ?? '-',
    step.timeMs?.toFixed(1) ?? '-',
  ])
  return listTable({ titles, rows }, width)
}

/** What EXPLAIN ANALYZE reports of user-defined functions. */
function functions({ functions: used = [] }: QueryDescription, width: number): string {
  if (used.length === 0) return ''
  const titles = ['Function', 'Calls', 'Errors', 'Time (ms, sampled)']
  const rows = used.map((one) => [one.function, String(one.calls), String(one.errors), one.timeMs.toFixed(1)])
  return listTable({ titles, rows }, width)
}

const errorText = ({ timestamp, type, errorMessage }: QueryDescription['queryErrors'][number]): string =>
  `${new Date(timestamp).toISOString()} ${type}: ${errorMessage}`
