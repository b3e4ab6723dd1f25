/** Statements about connectors and their secrets. */
import type { Property, SourceKind, StatementNode } from './statement-node.ts'

export type ConnectorKind = 'SOURCE' | 'SINK'

export interface CreateConnector extends StatementNode {
  readonly kind: 'createConnector'
  readonly connectorKind: ConnectorKind
  readonly name: string
  readonly ifNotExists: boolean
  readonly properties: readonly Property[]
}

/** CREATE SINK name FROM source, or CREATE SOURCE name: a connector that this server runs itself. */
export interface CreateBuiltInConnector extends StatementNode {
  readonly kind: 'createBuiltInConnector'
  readonly connectorKind: ConnectorKind
  readonly name: string
  readonly ifNotExists: boolean
  /** The stream or table that a sink reads; null for a source. */
  readonly from: string | null
  readonly properties: readonly Property[]
  /** Absent: the statement names the built-in connector itself. */
  readonly translated?: TranslatedConnector
}

/** What became of the settings of a connector of Kafka Connect that is made of a built-in one; each by its name. */
export interface TranslatedConnector {
  readonly className: string
  /** Settings that cannot be honoured, and why. */
  readonly refused: readonly { readonly name: string; readonly text: string }[]
  readonly notes: readonly { readonly name: string; readonly text: string }[]
  /** What a sink must read for a setting to be honoured. */
  readonly needs: readonly { readonly name: string; readonly kind: SourceKind }[]
}

/** Changes options of a built-in connector while it runs. An option that is set to NULL has its default again. */
export interface AlterConnector extends StatementNode {
  readonly kind: 'alterConnector'
  /** Null: ALTER CONNECTOR, of either kind. */
  readonly connectorKind: ConnectorKind | null
  readonly name: string
  readonly properties: readonly Property[]
}

/** Named values that options of connectors refer to by `${secret:name:key}`. */
export interface CreateSecret extends StatementNode {
  readonly kind: 'createSecret'
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly name: string
  readonly properties: readonly Property[]
}

export interface DropSecret extends StatementNode {
  readonly kind: 'dropSecret'
  readonly name: string
  readonly ifExists: boolean
}

export interface ShowSecrets extends StatementNode {
  readonly kind: 'showSecrets'
}

export interface DropConnector extends StatementNode {
  readonly kind: 'dropConnector'
  readonly name: string
  readonly ifExists: boolean
}

export interface ShowConnectors extends StatementNode {
  readonly kind: 'showConnectors'
  /** Null for both kinds. */
  readonly connectorKind: ConnectorKind | null
}

export interface ShowConnectorPlugins extends StatementNode {
  readonly kind: 'showConnectorPlugins'
}

export interface DescribeConnector extends StatementNode {
  readonly kind: 'describeConnector'
  readonly name: string
}

/** `queryId`: as written, even if bare (ids of transient queries hold lower case), to be matched in any case; null for ALL. */
export interface PauseConnector extends StatementNode {
  readonly kind: 'pauseConnector'
  readonly name: string
}

export interface ResumeConnector extends StatementNode {
  readonly kind: 'resumeConnector'
  readonly name: string
}
