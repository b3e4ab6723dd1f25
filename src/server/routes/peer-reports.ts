/** POST /heartbeat and POST /lag: what the servers of a cluster tell one another. Source: ksqlDB's `HeartbeatResource`, `LagReportingResource`. */
import type { FastifyInstance } from 'fastify'
import type { HostStoreLags } from '../../engine/requests.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import type { BodyOf, BodyShape } from '../request-body.ts'

const OK = { ok: true }

const heartbeatBody = {
  hostInfo: { kind: 'host', required: true },
  timestamp: { kind: 'integer' },
} as const satisfies BodyShape

const lagBody = {
  ksqlHost: { kind: 'host', required: true },
  hostStoreLags: { kind: 'object', required: true },
} as const satisfies BodyShape

type HeartbeatBody = BodyOf<typeof heartbeatBody>
type LagBody = BodyOf<typeof lagBody>

export function peerReportRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.post<{ Body: HeartbeatBody }>('/heartbeat', { schema: { body: heartbeatBody } }, async (request, reply) => {
    lifecycle.engine.noteHeartbeat(request.body.hostInfo)
    return sendJson(request, reply, OK)
  })
  app.post<{ Body: LagBody }>('/lag', { schema: { body: lagBody } }, async (request, reply) => {
    const { ksqlHost, hostStoreLags } = request.body
    const { stateStoreLags = {}, updateTimeMs = 0 } = hostStoreLags as Partial<HostStoreLags>
    lifecycle.engine.noteLags(ksqlHost, { stateStoreLags, updateTimeMs })
    return sendJson(request, reply, OK)
  })
}
