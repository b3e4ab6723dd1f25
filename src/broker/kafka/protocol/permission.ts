/** What a broker's authorizer looks at, and how a refusal by it is reported. Source: Kafka's `AclOperation`, and "Operations in Kafka" of its documentation. */

export type Operation = 'Read' | 'Write' | 'Create' | 'Delete' | 'Describe' | 'DescribeConfigs' | 'IdempotentWrite'

/** As `kafka-acls` names the kinds of resources in its options. */
export type ResourceKind = 'topic' | 'group' | 'transactional-id' | 'cluster'

/** One operation on one resource, which a request needs. */
export interface Permission {
  readonly operation: Operation
  readonly kind: ResourceKind
  /** Names the resource; empty for the cluster. */
  readonly name: string
  /** The user that needs it, as brokers see this server; null: not known. */
  readonly principal: string | null
}

/** The sentences for a refusal: what was denied, and the command that allows it. */
export function denial({ operation, kind, name, principal }: Permission): string {
  const resource = kind === 'cluster' ? '--cluster' : `--${kind} ${name}`
  const what = kind === 'topic' ? `topic(s): [${name}]` : kind === 'cluster' ? 'Cluster' : `${kind} ${name}`
  const who = principal ?? 'User:NAME'
  return (
    `Authorization denied to ${operation} on ${what}. ` +
    `Allow it: kafka-acls --add --allow-principal ${who} --operation ${operation} ${resource}`
  )
}

/** Which kind of resource an error code is about. Source: Kafka protocol guide, "Error Codes". */
const DENIED_KINDS: ReadonlyMap<number, ResourceKind> = new Map([
  [29, 'topic'],
  [30, 'group'],
  [31, 'cluster'],
  [53, 'transactional-id'],
])

/** The one of the permissions that an error code says is missing; undefined: the code is another, or none of them fits. */
export function denied(errorCode: number, needs: readonly Permission[]): Permission | undefined {
  const kind = DENIED_KINDS.get(errorCode)
  return kind === undefined ? undefined : needs.find((need) => need.kind === kind)
}
