/**
 * Node's HTTP/1.1. An `import` of node:http evaluates all its exports, among them a WebSocket client that brings all of undici along:
 * measured, 15 MB and 100 ms of a start. This way leaves them alone.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')
