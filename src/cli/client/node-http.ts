/**
 * Node's HTTP/1.1 client. An `import` of node:http evaluates all its exports, among them a WebSocket client that brings all of undici
 * along: measured, 15 MB and 100 ms of a start. `getBuiltinModule` does not evaluate them.
 */
export const requestHttp = process.getBuiltinModule('node:http').request
export const requestHttps = process.getBuiltinModule('node:https').request
