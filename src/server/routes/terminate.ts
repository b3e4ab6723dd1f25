/** POST /ksql/terminate: ends a whole cluster in the peer; refused here. */
import type { FastifyInstance } from 'fastify'
import { RequestError } from '../../errors.ts'

export function terminateRoute(app: FastifyInstance): void {
  app.post('/ksql/terminate', async () => {
    throw new RequestError(
      'BAD_REQUEST',
      'Terminating the cluster is not supported. TERMINATE ALL ends its queries, DROP ... DELETE TOPIC removes sources and topics.',
    )
  })
}
