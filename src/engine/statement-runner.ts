/**
 * Runs the statements of a request: first all of them on a sandbox, so that a bad one rejects the request before anything is done; then
 * each on the real catalog, which for commands means in its turn at the command log.
 */
import { BrokerError } from '../broker/broker-error.ts'
import { messageOf, RequestError, StatementError } from '../errors.ts'
import { withSchemas, withSinkSchemas } from '../plan/schema-registration.ts'
import type { InsertValues } from '../sql/ast/definitions.ts'
import type { Statement } from '../sql/ast/statement.ts'
import { placed } from '../sql/excerpt.ts'
import { applyEffect, type Catalog, type Effect } from './commands/catalog.ts'
import { type Command, type CommandDraft, type CommandStatus, commandIdText } from './commands/command.ts'
import type { CommandRunner } from './commands/command-runner.ts'
import { checkQueriesFile, writesElsewhere } from './commands/queries-file.ts'
import { TERMINATE_CLUSTER, termination } from './commands/termination.ts'
import { isPublic } from './config/check-setting.ts'
import type { Overrides } from './config/config.ts'
import type { CurrentStatus, Entity } from './describe/entities.ts'
import { parseRequest } from './parse-request.ts'
import type { EngineParts } from './parts.ts'
import { beginVersion } from './replace/begin-version.ts'
import type { StatementRequest } from './requests.ts'
import { SandboxSchemas, type StatementSchemas } from './schemas/statement-schemas.ts'
import { makeScope } from './scope.ts'
import { Session } from './session.ts'
import { StatementFailure } from './statement-failure.ts'
import { shownStatement, shownText } from './statement-text.ts'
import type { EntityBody, Prepared } from './statements/handler.ts'
import { handlerOf } from './statements/index.ts'
import { insertRows } from './statements/insert-values.ts'
import { deleteTopic, ensureTopic, type TopicSnapshot, topicSnapshot, withTopics } from './topics.ts'

const NO_TOPICS: TopicSnapshot = new Map()

/** Answers POST /ksql and POST /ksql/terminate. */
export class StatementRunner {
  readonly #parts: EngineParts
  readonly #commands: CommandRunner

  constructor(parts: EngineParts, commands: CommandRunner) {
    this.#parts = parts
    this.#commands = commands
  }

  async run(request: StatementRequest): Promise<Entity[]> {
    const session = Session.open(this.#parts.config, request)
    await this.#waitFor(request.commandSequenceNumber ?? -1)
    if (await this.#insertAgain(request)) return []
    const statements = parseRequest(request.sql, session)
    if (statements.length > 1) await this.#rehearse(statements, session.copy())
    const entities: Entity[] = []
    for (const statement of statements) {
      const entity = await failingAs(statement, entities, () => this.#runOne(statement, session))
      if (entity !== null) entities.push(entity)
    }
    const [first] = statements
    if (statements.length === 1 && first!.kind === 'insertValues')
      this.#keepInsert(first as InsertValues, request, session)
    return entities
  }

  /** Stores the rows of an INSERT VALUES that is like an earlier one. False: the statement must be parsed, also to name what is wrong with it. */
  async #insertAgain(request: StatementRequest): Promise<boolean> {
    if (this.#commands.sealed !== null) return false
    const { insertPlans } = this.#parts
    const rows = insertPlans.find(request, this.#commands.catalog)
    if (rows === null) return false
    let store: ReturnType<typeof insertRows>
    try {
      store = insertRows(rows, this.#parts)
    } catch {
      return false
    }
    try {
      await store()
    } catch (error) {
      const [statement] = parseRequest(request.sql, Session.open(this.#parts.config, request))
      await failingAs(statement!, [], () => Promise.reject(error))
    }
    return true
  }

  #keepInsert(statement: InsertValues, request: StatementRequest, session: Session): void {
    const { catalog } = this.#commands
    const { schemas, insertPlans } = this.#parts
    const { planning } = makeScope(this.#parts, { session, catalog, topics: NO_TOPICS, sequence: 0, schemas })
    insertPlans.keep(request, statement, catalog, planning)
  }

  /** Runs the statements of a file, which is named in errors, and takes no others from then on. Rejects with an Error for the operator. */
  async runFile(path: string, sql: string): Promise<void> {
    try {
      checkQueriesFile(path, parseRequest(sql, Session.open(this.#parts.config, {})))
      await this.run({ sql })
    } catch (error) {
      throw new Error(`The statements of ${path} cannot be run. ${messageOf(error)}`, { cause: error })
    }
  }

  /** Ends the cluster; see termination.ts. Throws RequestError for a bad pattern. */
  async terminate(deleteTopics: readonly string[]): Promise<Entity> {
    const draft = termination(deleteTopics)
    const sequence = await this.#commands.turn(async (turn) => {
      await this.#commands.append(turn, this.#command(TERMINATE_CLUSTER, draft, new Map()))
      return turn.sequence
    })
    return this.#entity(TERMINATE_CLUSTER, await this.#statusOf(draft, sequence))
  }

  async #waitFor(sequence: number): Promise<void> {
    if (sequence < 0) return
    const timeoutMs = this.#parts.config.number('ksql.server.command.response.timeout.ms')
    if (await this.#commands.reached(sequence, timeoutMs)) return
    throw new RequestError(
      'COMMAND_TIMEOUT',
      `Timed out while waiting for a previous command to execute. command sequence number: ${sequence}`,
    )
  }

  /** Tries each statement on the catalog and topics that the earlier ones would leave. */
  async #rehearse(statements: readonly Statement[], session: Session): Promise<void> {
    let { catalog } = this.#commands
    let topics = await this.#topicsFor(statements)
    let sequence = 0
    const schemas = new SandboxSchemas(this.#parts.schemas)
    for (const statement of statements) {
      await failingAs(statement, [], async () => {
        const scope = makeScope(this.#parts, { session, catalog, topics, sequence, schemas })
        const prepared = await handlerOf(statement).prepare(statement, scope)
        if (prepared.kind !== 'command') return
        const draft = await withRegistered(prepared, schemas)
        await schemas.deleteSubjects(draft.deleteSubjects)
        catalog = afterDraft(catalog, draft, session)
        topics = withTopics(topics, prepared.topics)
        sequence++
      })
    }
  }

  async #runOne(statement: Statement, session: Session): Promise<Entity | null> {
    const { sealed } = this.#commands
    if (sealed !== null && writesElsewhere(statement)) throw new StatementError(sealed)
    const body = handlerOf(statement).inTurn
      ? await this.#runInTurn(statement, session)
      : await this.#answer(await this.#prepare(statement, session, 0))
    return body === null ? null : this.#entity(shownText(statement), body)
  }

  async #runInTurn(statement: Statement, session: Session): Promise<EntityBody | null> {
    const done = await this.#commands.turn(async (turn) => {
      const draft = await this.#prepare(statement, session, turn.sequence)
      if (draft.kind !== 'command') return { prepared: draft, sequence: -1, warnings: [] }
      const warnings = await draft.warnings()
      const prepared = { ...draft, ...(await withRegistered(draft, this.#parts.schemas)) }
      for (const topic of prepared.topics) await ensureTopic(this.#parts.broker, topic)
      await this.#announce(prepared, session)
      await this.#commands.append(turn, this.#command(shownText(statement), prepared, session.overrides))
      return { prepared, sequence: turn.sequence, warnings }
    })
    if (done.prepared.kind !== 'command') return this.#answer(done.prepared)
    return { ...(await this.#statusOf(done.prepared, done.sequence)), warnings: done.warnings }
  }

  async #announce({ effects }: CommandDraft, { overrides }: Session): Promise<void> {
    const config = Object.fromEntries(overrides)
    for (const effect of effects) {
      if (effect.kind === 'startQuery') await this.#parts.runtime.announce({ plan: effect.plan, config })
      if (effect.kind === 'stageVersion') await beginVersion(effect, this.#parts)
    }
  }

  async #prepare(statement: Statement, session: Session, sequence: number): Promise<Prepared> {
    const topics = await this.#topicsFor([statement])
    const { schemas } = this.#parts
    const scope = makeScope(this.#parts, { session, catalog: this.#commands.catalog, topics, sequence, schemas })
    return handlerOf(statement).prepare(statement, scope)
  }

  async #answer(prepared: Prepared): Promise<EntityBody | null> {
    return prepared.kind === 'answer' ? prepared.answer() : null
  }

  async #topicsFor(statements: readonly Statement[]): Promise<TopicSnapshot> {
    const needed = statements.some((statement) => handlerOf(statement).readsTopics)
    return needed ? topicSnapshot(this.#parts.broker) : NO_TOPICS
  }

  #command(statement: string, { id, effects, message, queryId }: CommandDraft, overrides: Overrides): Command {
    return {
      id,
      statement,
      streamsProperties: Object.fromEntries(overrides),
      originalProperties: storable(this.#parts.config.server),
      effects,
      message,
      queryId,
    }
  }

  async #statusOf(draft: CommandDraft, sequence: number): Promise<EntityBody> {
    const timeoutMs = this.#parts.config.number('ksql.server.command.response.timeout.ms')
    const outcome = await this.#commands.outcome(sequence, timeoutMs)
    if (outcome !== null && draft.deleteTopic !== null) await this.#deleteTopic(draft.deleteTopic, draft.deleteSubjects)
    const queued: CommandStatus = { status: 'QUEUED', message: 'Statement written to command topic', queryId: null }
    return {
      '@type': 'currentStatus',
      commandId: commandIdText(draft.id),
      commandStatus: outcome ?? queued,
      commandSequenceNumber: sequence,
    } satisfies Omit<CurrentStatus, 'statementText' | 'warnings'>
  }

  async #deleteTopic(topic: string, subjects: readonly string[]): Promise<void> {
    await deleteTopic(this.#parts.broker, topic)
    await this.#parts.schemas.deleteSubjects(subjects)
  }

  #entity(statementText: string, { '@type': type, warnings = [], ...rest }: EntityBody): Entity {
    const { degraded } = this.#commands
    const all = degraded === null ? warnings : [`The server is degraded: ${degraded}`, ...warnings]
    return { '@type': type, statementText, ...rest, warnings: all.map((message) => ({ message })) } as Entity
  }
}

/** The draft with the ids of the schemas that it registers, where rows are written with them. */
async function withRegistered(draft: CommandDraft, schemas: StatementSchemas): Promise<CommandDraft> {
  const written = await schemas.register(draft.registrations)
  const [registration] = draft.registrations
  if (registration?.mode !== 'always') return draft
  const effects = draft.effects.map((effect): Effect => {
    if (effect.kind === 'putSource') return { ...effect, source: withSchemas(effect.source, written) }
    if (effect.kind === 'startQuery') return { ...effect, plan: withSinkSchemas(effect.plan, written) }
    if (effect.kind !== 'stageVersion') return effect
    const { source, plan } = effect.version
    const version = { source: withSchemas(source, written), plan: withSinkSchemas(plan, written) }
    return { ...effect, version: { ...effect.version, ...version } }
  })
  return { ...draft, effects }
}

/** Properties that may be stored: the command log can be read by every reader of the cluster's topics. */
const storable = (properties: Overrides): Record<string, string> =>
  Object.fromEntries([...properties].filter(([name]) => isPublic(name)))

const afterDraft = (catalog: Catalog, { effects }: CommandDraft, { overrides }: Session): Catalog =>
  effects.reduce((state, effect) => applyEffect(state, effect, Object.fromEntries(overrides)), catalog)

/** Runs `work`; an error becomes the failure of `statement`, together with the answers of earlier statements. */
export async function failingAs<Result>(
  statement: Statement,
  entities: readonly Entity[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StatementFailure) throw error
    throw new StatementFailure(failureText(error, statement), {
      code: codeOf(error),
      statementText: shownText(statement),
      entities: [...entities],
      cause: error,
    })
  }
}

/** A refused statement is shown with the place at fault; one that is right and fails is not. */
function failureText(error: unknown, statement: Statement): string {
  if (!(error instanceof StatementError)) return messageOf(error)
  if (error.code !== 'BAD_STATEMENT') return error.fullMessage
  const { text, location } = statement
  return placed(error, { text: `${text};`, location }, shownStatement(statement)).fullMessage
}

function codeOf(error: unknown): StatementFailure['code'] {
  if (error instanceof StatementError || error instanceof RequestError) return error.code
  if (error instanceof BrokerError && error.code === 'AUTHORIZATION_FAILED') return 'FORBIDDEN_BY_KAFKA'
  return 'SERVER_ERROR'
}
