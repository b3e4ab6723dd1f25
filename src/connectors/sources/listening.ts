/** The port of a source and its inbox: what is received waits there, and a failure of the port comes out there. */
import type { Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import type { SourceContext } from '../connector.ts'
import { Inbox } from './inbox.ts'

/** The inbox of a source with the LISTEN_OPTIONS. */
export const inboxOf = ({ options, timer, signal }: SourceContext): Inbox =>
  new Inbox({ timer, signal, mostBytes: options.number('buffer.bytes') })

/** Closes the port with all its connections, also those that have not finished the handshake of TLS. */
export function closer(port: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  port.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return async () => {
    const closed = new Promise<void>((resolve) => port.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

/** Resolves when the port, which was just opened, listens. Rejects if it is taken; a later failure is the inbox's. */
export async function listening(port: Server | UdpSocket, inbox: Inbox): Promise<void> {
  port.on('error', (error) => inbox.fail(error))
  await once(port, 'listening')
}
