/** POST /heartbeat and POST /lag: what the servers of a cluster tell one another. Source: ksqlDB's `HeartbeatResource`, `LagReportingResource`. */
import type { FastifyInstance } from 'fastify'
import type { HostStoreLags } from '../../engine/requests.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { json, type Operation } from '../openapi/operation.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const OK = { ok: true }

const heartbeatBody = {
  hostInfo: { kind: 'host', required: true, description: 'The server that sends it.' },
  timestamp: { kind: 'integer', description: 'Its time, in epoch milliseconds.' },
} as const satisfies BodyShape

const lagBody = {
  ksqlHost: { kind: 'host', required: true, description: 'The server that sends it.' },
  hostStoreLags: { kind: 'object', required: true, description: 'How far its copies of state are.' },
} as const satisfies BodyShape

type HeartbeatBody = BodyOf<typeof heartbeatBody>
type LagBody = BodyOf<typeof lagBody>

const answer: Operation['answer'] = {
  description: 'The report has been noted.',
  content: json({ type: 'object', properties: { ok: { const: true } }, required: ['ok'] }),
}

const heartbeat: Operation = {
  id: 'reportHeartbeat',
  tag: 'Cluster',
  summary: 'A server of the cluster reports that it is alive.',
  answer,
}

const lag: Operation = {
  id: 'reportLag',
  tag: 'Cluster',
  summary: 'A server of the cluster reports how far its copies of state are.',
  answer,
}

export function peerReportRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: HeartbeatBody }>(
    '/heartbeat',
    { schema: { body: heartbeatBody, operation: heartbeat } },
    async (request, reply) => {
      lifecycle.engine.noteHeartbeat(request.body.hostInfo)
      return sendJson(request, reply, OK)
    },
  )
  app.post<{ Body: LagBody }>('/lag', { schema: { body: lagBody, operation: lag } }, async (request, reply) => {
    const { ksqlHost, hostStoreLags } = request.body
    const { stateStoreLags = {}, updateTimeMs = 0 } = hostStoreLags as Partial<HostStoreLags>
    lifecycle.engine.noteLags(ksqlHost, { stateStoreLags, updateTimeMs })
    return sendJson(request, reply, OK)
  })
}
