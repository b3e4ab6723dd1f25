/** Statements that show something and change nothing. */
import type { StatementNode } from './statement-node.ts'

export interface ShowProperties extends StatementNode {
  readonly kind: 'showProperties'
}

export interface ShowTopics extends StatementNode {
  readonly kind: 'showTopics'
  /** True to list hidden and internal topics too. */
  readonly all: boolean
  readonly extended: boolean
}

export interface ShowStreams extends StatementNode {
  readonly kind: 'showStreams'
  readonly extended: boolean
}

export interface ShowTables extends StatementNode {
  readonly kind: 'showTables'
  readonly extended: boolean
}

export interface ShowQueries extends StatementNode {
  readonly kind: 'showQueries'
  readonly extended: boolean
}

export interface ShowFunctions extends StatementNode {
  readonly kind: 'showFunctions'
}

export interface ShowIndexes extends StatementNode {
  readonly kind: 'showIndexes'
}

export interface ShowTypes extends StatementNode {
  readonly kind: 'showTypes'
}

export interface ShowVariables extends StatementNode {
  readonly kind: 'showVariables'
}

export interface DescribeSource extends StatementNode {
  readonly kind: 'describeSource'
  readonly name: string
  readonly extended: boolean
}

export interface DescribeStreams extends StatementNode {
  readonly kind: 'describeStreams'
  readonly extended: boolean
}

export interface DescribeTables extends StatementNode {
  readonly kind: 'describeTables'
  readonly extended: boolean
}

export interface DescribeFunction extends StatementNode {
  readonly kind: 'describeFunction'
  readonly name: string
}

export interface Print extends StatementNode {
  readonly kind: 'print'
  /** Topic names are case-sensitive: kept as written, even if bare. */
  readonly topic: string
  readonly fromBeginning: boolean
  /** Print every n-th record; null for all. */
  readonly interval: number | null
  readonly limit: number | null
}
