/**
 * The transactions of one transactional id, as its coordinator sees them. A partition or group is added to the open transaction before
 * anything is written to it. Source: KIP-98; KIP-360 for continuing after a failure; Kafka `TransactionManager`.
 *
 * After a transaction the coordinator writes markers into the partitions, and refuses the next one (CONCURRENT_TRANSACTIONS) for the few
 * ms that takes: hence the short first pause.
 */

import type { GroupMembership, GroupOffset, TopicPartition } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Api } from '../cluster/connection.ts'
import { apis } from '../protocol/apis.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import type { Permission } from '../protocol/permission.ts'
import { KafkaErrorCode, ProtocolError, throwIfError } from '../protocol/protocol-errors.ts'
import { initProducerId, NO_IDENTITY, type ProducerIdentity } from './producer-id.ts'
import { txnOffsetCommit } from './txn-offset-commit.ts'

const FIRST_PAUSE_MS = 2
/** The broker did not look at this partition because of an error in another one. */
const OPERATION_NOT_ATTEMPTED = 55
const UNTOUCHED: readonly number[] = [KafkaErrorCode.NONE, OPERATION_NOT_ATTEMPTED]
const FENCED: readonly number[] = [KafkaErrorCode.PRODUCER_FENCED, KafkaErrorCode.INVALID_PRODUCER_EPOCH]

/** Membership is not looked at. */
const NO_MEMBER: GroupMembership = { memberId: '', generation: -1 }
const STALE: readonly number[] = [KafkaErrorCode.ILLEGAL_GENERATION, KafkaErrorCode.UNKNOWN_MEMBER_ID]

interface Arguments {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

/** What a broker answered, and the permissions that the request needed beside those of the transaction. */
interface Outcome {
  readonly errorCode: number
  readonly needs: readonly Permission[]
}

const DONE: Outcome = { errorCode: KafkaErrorCode.NONE, needs: [] }

type State = 'uninitialized' | 'ready' | 'open' | 'committing' | 'failed' | 'fenced'

export class Transaction {
  readonly transactionalId: string
  readonly #cluster: Cluster
  readonly #timeoutMs: number
  #identity: ProducerIdentity = NO_IDENTITY
  #fenceCheck: Promise<void> | null = null
  #state: State = 'uninitialized'
  #failure: BrokerError | null = null
  /** Whether the coordinator knows of anything in the open transaction. */
  #hasContent = false

  constructor(cluster: Cluster, transactionalId: string, timeoutMs: number) {
    this.#cluster = cluster
    this.transactionalId = transactionalId
    this.#timeoutMs = timeoutMs
  }

  get identity(): ProducerIdentity {
    return this.#identity
  }

  /** Permissions that every request of a transaction needs. */
  get needs(): readonly Permission[] {
    return [this.#cluster.needs('Write', 'transactional-id', this.transactionalId)]
  }

  get isOpen(): boolean {
    return this.#state !== 'uninitialized' && this.#state !== 'ready'
  }

  async init(): Promise<void> {
    if (this.#state !== 'uninitialized') throw wrongOrder('initTransactions was called before.')
    this.#identity = await this.#initProducerId(NO_IDENTITY)
    this.#state = 'ready'
  }

  begin(): void {
    this.#throwIfFenced()
    if (this.#state === 'uninitialized') throw wrongOrder('call initTransactions before begin.')
    if (this.#state !== 'ready') throw wrongOrder('a transaction is open already.')
    this.#state = 'open'
  }

  /** Throws unless records and offsets may be added. */
  throwUnlessWritable(): void {
    this.#throwIfFenced()
    if (this.#hasFailed()) throw this.#aborted()
    if (this.#state !== 'open') throw wrongOrder('no transaction is open: call begin.')
  }

  /** Notes that something in the open transaction failed: it cannot be committed any more. */
  fail(error: BrokerError): void {
    if (error.code === 'PRODUCER_FENCED') this.#state = 'fenced'
    else if (this.#state === 'open' || this.#state === 'committing') this.#state = 'failed'
    this.#failure ??= error
  }

  async addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    this.#hasContent = true
    const topics = groupByTopic(partitions, ({ partition }) => partition)
    await this.#ask('Adding partitions to a transaction', apis.addPartitionsToTxn, { topics }, ({ errors }) => {
      const codes = errors.flatMap(({ topic, partitionErrors }) =>
        partitionErrors.map(({ errorCode }) => ({ errorCode, needs: [this.#cluster.needs('Write', 'topic', topic)] })),
      )
      return codes.find(({ errorCode }) => !UNTOUCHED.includes(errorCode)) ?? DONE
    })
  }

  async sendOffsets(
    group: string,
    offsets: readonly GroupOffset[],
    member: GroupMembership = NO_MEMBER,
  ): Promise<void> {
    this.throwUnlessWritable()
    if (offsets.length === 0) return
    this.#hasContent = true
    try {
      const addition = { groupId: group }
      const needs = [this.#cluster.needs('Read', 'group', group)]
      const action = 'Adding offsets to a transaction'
      await this.#ask(action, apis.addOffsetsToTxn, addition, ({ errorCode }) => ({ errorCode, needs }))
      await this.#commitOffsets(group, offsets, member)
    } catch (error) {
      this.#failUnlessRetriable(error)
      throw error
    }
  }

  /** Everything sent must have been stored. */
  async commit(): Promise<void> {
    this.#throwIfFenced()
    if (this.#hasFailed()) throw this.#aborted()
    if (this.#state !== 'open' && this.#state !== 'committing') throw wrongOrder('no transaction is open: call begin.')
    this.#state = 'committing'
    try {
      await this.#end(true)
    } catch (error) {
      this.#failUnlessRetriable(error)
      throw this.#hasFailed() ? this.#aborted() : error
    }
    this.#close()
  }

  /** Nothing may be on its way any more. Resolves to true if sequences start again, with a new `identity`. */
  async abort(): Promise<boolean> {
    this.#throwIfFenced()
    if (!this.isOpen) return false
    const isInDoubt = this.#state === 'failed' || this.#state === 'committing'
    if (isInDoubt) await this.#endInDoubt()
    else await this.#end(false)
    this.#close()
    return isInDoubt
  }

  /**
   * The request for the next epoch forgets the sequences in doubt. It also aborts what is open, but Kafka before 4.0 then takes this producer
   * for an old one; so the transaction is ended first, unless its end was decided already. Source: Kafka's `TransactionManager.beginAbort`.
   */
  async #endInDoubt(): Promise<void> {
    try {
      await this.#end(false)
    } catch (error) {
      if (!(error instanceof BrokerError && error.code === 'TRANSACTION_ABORTED')) throw error
    }
    await this.#nextEpoch()
  }

  #close(): void {
    this.#state = 'ready'
    this.#failure = null
    this.#hasContent = false
  }

  async #end(commits: boolean): Promise<void> {
    if (!this.#hasContent) return
    const action = commits ? 'Committing a transaction' : 'Aborting a transaction'
    const result = { transactionResult: commits }
    await this.#ask(action, apis.endTxn, result, ({ errorCode }) => ({ errorCode, needs: [] }))
  }

  async #commitOffsets(group: string, offsets: readonly GroupOffset[], member: GroupMembership): Promise<void> {
    const { transactionalId } = this
    await this.#cluster.withCoordinator('group', group, async (connection) => {
      const commit = { ...this.#identity, ...member, transactionalId, group, offsets }
      const answers = await txnOffsetCommit(connection, commit)
      const failed = answers.find(({ errorCode }) => errorCode !== KafkaErrorCode.NONE)
      if (failed === undefined) return
      if (STALE.includes(failed.errorCode)) throw staleMember(group)
      const needs = [this.#cluster.needs('Read', 'group', group), this.#cluster.needs('Read', 'topic', failed.topic)]
      const action = `Committing offsets of group ${group} in a transaction`
      await this.#throwIfFailed({ errorCode: failed.errorCode, needs }, action)
    })
  }

  #arguments(): Arguments {
    const { producerId, epoch } = this.#identity
    return { transactionalId: this.transactionalId, producerId, producerEpoch: epoch }
  }

  /** Sends a request to the transaction's coordinator. */
  #ask<Extra extends object, Response>(
    action: string,
    api: Api<Arguments & Extra, Response>,
    extra: Extra,
    outcomeOf: (response: Response) => Outcome,
  ): Promise<void> {
    return this.#cluster.withCoordinator(
      'transaction',
      this.transactionalId,
      async (connection) => {
        const response = await connection.call(api, { ...this.#arguments(), ...extra })
        await this.#throwIfFailed(outcomeOf(response), action)
      },
      FIRST_PAUSE_MS,
    )
  }

  /**
   * An old epoch means that a newer producer has taken over, or that the coordinator has aborted a transaction that was open too long;
   * the request for the next epoch shows which.
   */
  async #throwIfFailed({ errorCode, needs }: Outcome, action: string): Promise<void> {
    if (errorCode !== KafkaErrorCode.INVALID_PRODUCER_EPOCH)
      return throwIfError(errorCode, action, { needs: [...needs, ...this.needs] })
    await this.checkFence()
    throw new BrokerError('TRANSACTION_ABORTED', `${action} failed: the transaction was open for too long.`)
  }

  /** Throws `PRODUCER_FENCED` if a newer producer has the transactional id; otherwise continues in a new epoch. */
  checkFence(): Promise<void> {
    this.#fenceCheck ??= this.#nextEpoch().finally(() => {
      this.#fenceCheck = null
    })
    return this.#fenceCheck
  }

  async #nextEpoch(): Promise<void> {
    this.#identity = await this.#initProducerId(this.#identity)
  }

  #initProducerId(current: ProducerIdentity): Promise<ProducerIdentity> {
    const { transactionalId } = this
    return this.#cluster.withCoordinator(
      'transaction',
      transactionalId,
      async (connection) => {
        const transactionTimeoutMs = this.#timeoutMs
        const answer = await initProducerId(connection, { transactionalId, transactionTimeoutMs, current })
        if (FENCED.includes(answer.errorCode)) {
          const fenced = fencedError(transactionalId)
          this.fail(fenced)
          throw fenced
        }
        if (answer.errorCode !== KafkaErrorCode.NONE)
          throw new ProtocolError(answer.errorCode, `Starting the transactional producer ${transactionalId}`, {
            needs: this.needs,
          })
        return answer
      },
      FIRST_PAUSE_MS,
    )
  }

  #failUnlessRetriable(error: unknown): void {
    if (error instanceof BrokerError && !error.retriable && error.code !== 'STALE_MEMBER') this.fail(error)
  }

  #hasFailed(): boolean {
    return this.#state === 'failed'
  }

  #throwIfFenced(): void {
    if (this.#state === 'fenced') throw fencedError(this.transactionalId)
  }

  #aborted(): BrokerError {
    const cause = this.#failure ?? undefined
    const message = `The transaction cannot be committed any more: abort it. ${cause?.message ?? ''}`.trim()
    return new BrokerError('TRANSACTION_ABORTED', message, { cause })
  }
}

const staleMember = (group: string): BrokerError =>
  new BrokerError('STALE_MEMBER', `The group ${group} has another generation by now, or does not know this member.`)

function wrongOrder(message: string): BrokerError {
  return new BrokerError('INVALID_REQUEST', `The calls of a transactional producer are out of order: ${message}`)
}

function fencedError(transactionalId: string): BrokerError {
  return new BrokerError(
    'PRODUCER_FENCED',
    `A newer producer has the transactional id ${transactionalId}: this one must be closed.`,
  )
}
