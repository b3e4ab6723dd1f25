/** Websockets as the document of the API has them. They are not routes of fastify. */
import type { Operation } from './operation.ts'

const ACCESS_TOKEN = { description: 'The user: base64 of `user:password`.', isRequired: false }

export const webSocketOperation: Operation = {
  id: 'queryWebSocket',
  tag: 'Queries',
  summary: 'Runs one SELECT or PRINT over a websocket.',
  description: 'Messages: the columns, then the rows, then `{"error":"done"}`.',
  query: {
    request: { description: 'The body of POST /query as JSON, encoded for a URL.', isRequired: true },
    access_token: ACCESS_TOKEN,
  },
  answer: { status: 101, description: 'The connection is a websocket.' },
}

export const webSocketQueriesOperation: Operation = {
  id: 'queriesWebSocket',
  tag: 'Queries',
  summary: 'Runs one query after the other over a websocket.',
  description:
    'Each message of the client is the body of POST /query as JSON; each is answered as by /ws/query. Not in ksqlDB.',
  query: { access_token: ACCESS_TOKEN },
  answer: { status: 101, description: 'The connection is a websocket.' },
}
