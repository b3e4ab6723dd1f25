/** The topics that are there before the first statement, with their partition counts. Source: ksqlDB's functional test runner. */
import type { CreateSource } from '../../src/sql/ast/definitions.ts'
import type { Statement } from '../../src/sql/ast/statement.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import type { QttCase } from './read-case.ts'

/** Partitions of a topic of which the case says nothing. */
export const DEFAULT_PARTITIONS = 4

/** By name. What `topics` says comes first, then what CREATE statements say, then what records are for. */
export function initialTopics({
  topics,
  statements,
  inputs,
  outputs,
}: Pick<QttCase, 'topics' | 'statements' | 'inputs' | 'outputs'>): Map<string, number> {
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions]))
  const add = (name: string, count: number) => {
    if (!partitions.has(name)) partitions.set(name, count)
  }
  for (const statement of statements.flatMap(parsed)) {
    if (statement.kind === 'createSource' && statement.columns.length > 0) add(...declaredTopic(statement))
  }
  for (const { topic } of [...inputs, ...outputs]) add(topic, DEFAULT_PARTITIONS)
  return partitions
}

/** A text that does not parse names no topics; the run will find out. */
export function parsed(text: string): Statement[] {
  try {
    return parseStatements(text)
  } catch {
    return []
  }
}

function declaredTopic({ name, properties }: CreateSource): [name: string, partitions: number] {
  const property = (wanted: string) => {
    const literal = properties.find((candidate) => candidate.name.toUpperCase() === wanted)?.value
    return literal !== undefined && 'value' in literal ? literal.value : undefined
  }
  return [String(property('KAFKA_TOPIC') ?? name), Number(property('PARTITIONS') ?? DEFAULT_PARTITIONS)]
}
