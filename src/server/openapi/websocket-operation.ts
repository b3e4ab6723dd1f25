/** GET /ws/query as the document of the API has it. The websocket is not a route of fastify. */
import type { Operation } from './operation.ts'

export const webSocketOperation: Operation = {
  id: 'queryWebSocket',
  tag: 'Queries',
  summary: 'Runs one SELECT or PRINT over a websocket.',
  description: 'Messages: the columns, then the rows, then `{"error":"done"}`.',
  query: {
    request: { description: 'The body of POST /query as JSON, encoded for a URL.', isRequired: true },
    access_token: { description: 'The user: base64 of `user:password`.', isRequired: false },
  },
  answer: { status: 101, description: 'The connection is a websocket.' },
}
