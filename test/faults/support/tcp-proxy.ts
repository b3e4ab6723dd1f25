/** A TCP proxy on loopback that lets its connections suffer: bytes are held up, come late, or a connection breaks. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** `out`: from the client to the target. */
export type Direction = 'out' | 'back'

/** Bytes that a connection holds in one direction; beyond them its sender has to wait. */
const MAX_HELD_BYTES = 1 << 20
const LOOK_MS = 20

/** What each direction suffers now. */
interface Suffering {
  isStalled: boolean
  delayMs: number
}

export class TcpProxy {
  readonly #server: Server
  readonly #target: number
  readonly #sockets = new Set<Socket>()
  readonly #suffering: Readonly<Record<Direction, Suffering>> = {
    out: { isStalled: false, delayMs: 0 },
    back: { isStalled: false, delayMs: 0 },
  }

  /** Connections to `port` lead to `target`, both on 127.0.0.1. */
  static async open({ port, target }: { readonly port: number; readonly target: number }): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server, target)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    server.on('connection', (client) => this.#accept(client))
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Nothing passes; it is held until the stall is over. */
  stall(directions: readonly Direction[], isStalled: boolean): void {
    for (const direction of directions) this.#suffering[direction].isStalled = isStalled
  }

  /** What arrives from now on is passed on so much later. */
  delay(directions: readonly Direction[], delayMs: number): void {
    for (const direction of directions) this.#suffering[direction].delayMs = delayMs
  }

  async close(): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #accept(client: Socket): void {
    const target = connect({ host: '127.0.0.1', port: this.#target, noDelay: true })
    client.setNoDelay(true)
    for (const socket of [client, target]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        ;(socket === client ? target : client).destroy()
      })
    }
    void pass(client, target, this.#suffering.out)
    void pass(target, client, this.#suffering.back)
  }
}

/** Until one of them is closed. The order of the bytes stays. */
async function pass(from: Socket, to: Socket, suffering: Suffering): Promise<void> {
  const held: { readonly bytes: Buffer; readonly due: number }[] = []
  let heldBytes = 0
  let wake = () => {}
  from.on('data', (bytes: Buffer) => {
    held.push({ bytes, due: performance.now() + suffering.delayMs })
    heldBytes += bytes.length
    if (heldBytes > MAX_HELD_BYTES) from.pause()
    wake()
  })
  from.on('close', () => wake())
  while (!from.destroyed && !to.destroyed) {
    const next = held[0]
    if (next === undefined) await new Promise<void>((resolve) => (wake = resolve))
    else if (suffering.isStalled || next.due > performance.now()) await delay(LOOK_MS)
    else {
      held.shift()
      heldBytes -= next.bytes.length
      if (from.isPaused() && heldBytes <= MAX_HELD_BYTES) from.resume()
      to.write(next.bytes)
    }
  }
}
