/** GET /status and /status/:type/:entity/:action: results of commands. */
import type { FastifyInstance } from 'fastify'
import type { CommandStatus } from '../../engine/commands/command.ts'
import { RequestError } from '../../errors.ts'
import { sendJson } from '../answers.ts'
import type { ServerContext } from '../context.ts'
import { component, json, type Operation } from '../openapi/operation.ts'

interface CommandPath {
  readonly type: string
  readonly entity: string
  readonly action: string
}

const all: Operation = {
  id: 'getCommandStatuses',
  tag: 'State',
  summary: 'The outcome of every command.',
  answer: {
    description: 'States by the ids of commands.',
    content: json({
      type: 'object',
      properties: { commandStatuses: { type: 'object', additionalProperties: { type: 'string' } } },
      required: ['commandStatuses'],
    }),
  },
}

const one: Operation = {
  id: 'getCommandStatus',
  tag: 'State',
  summary: 'The outcome of a command, by its id.',
  parameters: {
    type: 'The kind of what the command changes: `stream`, `table`, ...',
    entity: 'The name of what the command changes; back-quotes around it may be left out.',
    action: '`create`, `drop`, ...',
  },
  answer: { description: 'The outcome.', content: json(component('CommandStatus')) },
}

export function statusRoutes(app: FastifyInstance, { lifecycle }: ServerContext): void {
  app.get('/status', { schema: { operation: all } }, async (request, reply) => {
    const statuses = [...lifecycle.engine.commandStatuses()].map(([id, { status }]) => [id, status])
    return sendJson(request, reply, { commandStatuses: Object.fromEntries(statuses) })
  })
  app.get<{ Params: CommandPath }>(
    '/status/:type/:entity/:action',
    { schema: { operation: one } },
    async (request, reply) => {
      const status = findStatus(lifecycle.engine.commandStatuses(), request.params)
      if (status === undefined) throw new RequestError('NOT_FOUND', 'Command not found')
      return sendJson(request, reply, status)
    },
  )
}

/** Finds a status by path. Ids of commands have the names of sources in back-quotes, which clients may leave out. */
function findStatus(
  statuses: ReadonlyMap<string, CommandStatus>,
  { type, entity, action }: CommandPath,
): CommandStatus | undefined {
  return statuses.get(`${type}/${entity}/${action}`) ?? statuses.get(`${type}/\`${entity}\`/${action}`)
}
