/** A server, a client program of another project, and a registry that both use: what each test of a registered format has around it. */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { systemTimer } from '../../src/clock.ts'
import { HttpRegistry } from '../../src/registry/http/http-registry.ts'
import { World } from '../conformance/rest/world.ts'
import { type Peer, type PeerCommand, startPeer } from './peer.ts'

/** Opened before the first test of the suite. */
export interface RegistryWorld {
  readonly peer: Peer
  readonly world: World
  /** The body of the server's answer, which is to be 200. */
  readonly post: (path: string, body: object) => Promise<string>
}

/** Skipped without `SCHEMA_REGISTRY_URL`, with the path of its Confluent API, or without the client (null). */
export function describeRegistryClient(command: PeerCommand | null, suite: (opened: RegistryWorld) => void): void {
  const url = process.env['SCHEMA_REGISTRY_URL']
  describe.skipIf(url === undefined || command === null)('confluent-kafka with a registry', () => {
    let peer: Peer
    let world: World
    let registry: HttpRegistry

    beforeAll(async () => {
      const { command: program, args } = command!
      peer = startPeer({ command: program, args: [...args, url!] })
      registry = new HttpRegistry(
        { urls: [url!], credentials: null, tls: {}, timeoutMs: 10_000 },
        { timer: systemTimer, random: Math.random },
      )
      world = await World.open(registry)
    })
    afterAll(async () => {
      peer?.stop()
      await world?.close()
      await registry?.close()
    })

    suite({
      get peer() {
        return peer
      },
      get world() {
        return world
      },
      async post(path, body) {
        const response = await fetch(world.url + path, { method: 'POST', body: JSON.stringify(body) })
        const text = await response.text()
        expect(response.status, text).toBe(200)
        return text
      },
    })
  })
}
