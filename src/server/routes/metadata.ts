/** GET /v1/metadata and /v1/metadata/id: version, and which clusters the server belongs to. */
import type { FastifyInstance } from 'fastify'
import type { ServerInfo } from '../../engine/api.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { objectSchema } from '../openapi/object-schema.ts'
import { json, type Operation } from '../openapi/operation.ts'

const text = { type: 'string' }

const clusterIdSchema = objectSchema({
  scope: objectSchema({
    path: { type: 'array', items: text },
    clusters: objectSchema({ 'kafka-cluster': text, 'ksql-cluster': text }),
  }),
  id: text,
})

const metadata: Operation = {
  id: 'getMetadata',
  tag: 'State',
  summary: 'The version, and the clusters that the server belongs to.',
  answer: {
    description: 'Version and ids.',
    content: json(objectSchema({ version: text, clusterId: clusterIdSchema })),
  },
}

const metadataId: Operation = {
  id: 'getClusterId',
  tag: 'State',
  summary: 'The clusters that the server belongs to.',
  answer: { description: 'Ids of the clusters.', content: json(clusterIdSchema) },
}

export function metadataRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/v1/metadata', { schema: { operation: metadata } }, async (request, reply) => {
    const info = await lifecycle.engine.info()
    return sendJson(request, reply, { version: info.version, clusterId: clusterId(info) })
  })
  app.get('/v1/metadata/id', { schema: { operation: metadataId } }, async (request, reply) =>
    sendJson(request, reply, clusterId(await lifecycle.engine.info())),
  )
}

const clusterId = ({ kafkaClusterId, ksqlServiceId }: ServerInfo) => ({
  scope: { path: [], clusters: { 'kafka-cluster': kafkaClusterId, 'ksql-cluster': ksqlServiceId } },
  id: '',
})
