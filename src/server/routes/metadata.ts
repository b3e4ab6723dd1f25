/** GET /v1/metadata and /v1/metadata/id: version, and which clusters the server belongs to. */
import type { FastifyInstance } from 'fastify'
import type { ServerInfo } from '../../engine/api.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'

export function metadataRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/v1/metadata', async (request, reply) => {
    const info = await lifecycle.engine.info()
    return sendJson(request, reply, { version: info.version, clusterId: clusterId(info) })
  })
  app.get('/v1/metadata/id', async (request, reply) =>
    sendJson(request, reply, clusterId(await lifecycle.engine.info())),
  )
}

const clusterId = ({ kafkaClusterId, ksqlServiceId }: ServerInfo) => ({
  scope: { path: [], clusters: { 'kafka-cluster': kafkaClusterId, 'ksql-cluster': ksqlServiceId } },
  id: '',
})
