/** CREATE OR REPLACE of a query that cannot continue in place, APPLY and ROLLBACK. See docs/changing-queries.md. */
import { readWithProperties } from '../../analysis/with-properties.ts'
import { StatementError } from '../../errors.ts'
import type { QueryLink } from '../../metastore/metastore.ts'
import type { Change } from '../../plan/change/decide-change.ts'
import type { PlannedCreateAs } from '../../plan/queries/persistent-query.ts'
import type { CreateAs } from '../../sql/ast/definitions.ts'
import type { ApplyVersion, RollbackVersion } from '../../sql/ast/session-statements.ts'
import { quoteName } from '../../types/sql-type.ts'
import { type Catalog, type Effect, runningVersion } from '../commands/catalog.ts'
import { sourceCommandId } from '../commands/command.ts'
import type { Replacement } from '../commands/replacement.ts'
import { groupIdOf } from '../describe/describe-query.ts'
import { measureReads } from '../replace/measure-change.ts'
import type { Scope } from '../scope.ts'
import { command, inTurn, type Prepared } from './handler.ts'

type Rebuilt = Extract<Change, { way: 'rebuilt' }>

/** Builds the planned query beside the running one. Throws StatementError. */
export function stageVersion(statement: CreateAs, planned: PlannedCreateAs, change: Rebuilt, scope: Scope): Prepared {
  const { source, plan, registrations } = planned
  const { queryId } = plan
  const sink = source.name
  checkAlone(scope)
  const { switchesAtOnce } = readWithProperties(statement.properties, 'createAs')
  const link: QueryLink = { queryId, kind: 'CREATE_AS', reads: plan.sources, writes: sink }
  const version = { link, plan, source, statement: statement.text }
  const then = switchesAtOnce ? 'It takes the place of the running one' : `It waits for APPLY ${quoteName(sink)}`
  return command(
    {
      id: sourceCommandId(source, 'create'),
      effects: [{ kind: 'stageVersion', sink, version, reads: change.reads, switchesAtOnce }],
      message: `Building ${queryId}. ${then} when it has come as far.`,
      queryId,
      registrations,
    },
    () => missingRecords(sink, change, scope),
  )
}

async function missingRecords(sink: string, { reads }: Rebuilt, { catalog, parts }: Scope): Promise<string[]> {
  const group = groupIdOf(runningVersion(catalog, sink)!.link.queryId, parts.config)
  const measured = await measureReads(reads, group, parts.broker, undefined)
  return measured
    .filter(({ missing }) => missing > 0)
    .map(
      ({ topic, missing }) =>
        `${missing} records of ${topic} are no longer there, and do not count in the new version.`,
    )
}

export const applyVersion = inTurn<ApplyVersion>(({ name, location }, scope) => {
  const replacement = replacementOf(name, scope)
  if (replacement?.phase !== 'building') {
    throw new StatementError(`No new version of ${name} waits for APPLY.${versionHint(replacement, name)}`, {
      location,
    })
  }
  return command({
    id: sourceCommandId(replacement.version.source, 'alter'),
    effects: [{ kind: 'applyVersion', sink: name }],
    message: `${replacement.version.link.queryId} takes the place of the running version when it has come as far.`,
  })
})

export const rollbackVersion = inTurn<RollbackVersion>(async ({ name, location }, scope) => {
  const replacement = replacementOf(name, scope)
  if (replacement === undefined) {
    throw new StatementError(
      `${name} has no other version to return to. One is kept for 'millrace.replace.keep.ms' after CREATE OR REPLACE has built a new one.`,
      { location },
    )
  }
  const { phase, version } = replacement
  if (phase === 'switching') {
    throw new StatementError(`The versions of ${name} are changing places. Try again in a moment.`, { location })
  }
  const { queryId } = version.link
  if (phase === 'building') {
    return command({
      id: sourceCommandId(version.source, 'alter'),
      effects: [{ kind: 'dropVersion', sink: name }],
      message: `The new version ${queryId} was dropped. The running version continues.`,
    })
  }
  checkAlone(scope)
  await checkStillThere(name, replacement, scope)
  return command({
    id: sourceCommandId(version.source, 'alter'),
    effects: [{ kind: 'rollBack', sink: name }],
    message: `${queryId}, the former version, takes the place of the running one when it has come as far.`,
    queryId,
  })
})

/** Throws StatementError if the records that the former version has not read are gone. */
async function checkStillThere(name: string, { version }: Replacement, { parts }: Scope): Promise<void> {
  const { broker, config } = parts
  for (const { topic, partition, offset } of await broker.fetchOffsets(groupIdOf(version.link.queryId, config))) {
    if ((await broker.describeTopic(topic)) === null) continue
    const first = (await broker.startOffsets(topic))[partition]?.offset ?? 0
    if (first <= offset) continue
    throw new StatementError(
      `${version.link.queryId}, the former version of ${name}, cannot continue: records ${offset} to ${first - 1} of partition ` +
        `${partition} of ${topic} are no longer there. Write its statement again with CREATE OR REPLACE.`,
    )
  }
}

function replacementOf(name: string, { catalog }: Scope): Replacement | undefined {
  if (!catalog.metastore.sources.has(name)) throw new StatementError(`${name} does not exist.`)
  return catalog.replacements.get(name)
}

const versionHint = (replacement: Replacement | undefined, name: string): string =>
  replacement?.phase === 'kept' ? ` ROLLBACK ${quoteName(name)} returns to the former one.` : ''

/** Throws StatementError while a new version of the stream or table is built. */
export function checkNoReplacement(sink: string, { replacements }: Pick<Catalog, 'replacements'>): void {
  const replacement = replacements.get(sink)
  if (replacement === undefined || replacement.phase === 'kept') return
  throw new StatementError(
    `${replacement.version.link.queryId}, a new version of ${sink}, is being built already. ` +
      `APPLY ${quoteName(sink)} lets it take its place, ROLLBACK ${quoteName(sink)} drops it.`,
  )
}

/** The effect that ends the former version of a query together with the query. Throws StatementError while a new version is built. */
export function endOfVersion({ writes }: QueryLink, catalog: Catalog): Effect[] {
  if (writes === null) return []
  checkNoReplacement(writes, catalog)
  return catalog.replacements.has(writes) ? [{ kind: 'dropVersion', sink: writes }] : []
}

/** Versions change places at exact offsets, which several servers cannot agree on while each has a part of the tasks. */
function checkAlone({ parts }: Scope): void {
  if (parts.runtime.isAlone) return
  throw new StatementError(
    'The versions of a query change places on one server alone, and other servers of the cluster have a part of the work. ' +
      'Stop the others meanwhile, or create a new query beside this one.',
  )
}
