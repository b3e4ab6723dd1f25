/** The table of connectors. */
import type { ConnectorDeclaration } from './connector.ts'
import { consoleSink } from './sinks/console-sink.ts'
import { fileSink } from './sinks/file-sink.ts'

export const CONNECTORS: readonly ConnectorDeclaration[] = [consoleSink, fileSink]
