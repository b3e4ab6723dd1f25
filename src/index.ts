/** The embedding API: an engine inside a program of one's own, without HTTP. */
export { BrokerError } from './broker/broker-error.ts'
export type { Engine, LineStream, RowStream, StreamEnd, StreamedRow, StreamSubscriber } from './engine/api.ts'
export type { Entity } from './engine/describe/entities.ts'
export type { QueryRequest, StatementRequest } from './engine/requests.ts'
export { StatementFailure } from './engine/statement-failure.ts'
export { ParseError, RequestError, StatementError } from './errors.ts'
export {
  type AggregateFunction,
  aggregate,
  type FunctionDeclaration,
  parameter,
  type ScalarFunction,
  scalar,
  type TableFunction,
  tableFunction,
} from './functions/declaration.ts'
export type { ServerPartsOptions } from './main/setup.ts'
export { type ServerParts, startServerParts } from './main.ts'
export type { Column } from './types/schema.ts'
export type { SqlType } from './types/sql-type.ts'
export type { Row, Value } from './types/value.ts'
