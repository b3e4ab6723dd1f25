/** Millrace as a peer: the queries of bench/nexmark/queries in the server that `npm start` runs. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }
import type { Broker } from '../../../src/broker/broker.ts'
import { ServerProcess } from '../../compare/server-process.ts'
import { writeContent } from '../content.ts'
import { dropSinks, measureQuery } from '../measured-query.ts'
import { fileText, QUERIES, sinksOf } from '../queries.ts'
import type { Peer, PeerContext, PeerProcess } from './peer.ts'

export const millracePeer = (broker: Broker, { bootstrapServers, directory }: PeerContext): Peer => ({
  name: 'millrace',
  description: `Millrace ${packageJson.version}: \`npm start\`, at least once, state on disk with changelog topics, a commit every 2 s`,
  queries: QUERIES,
  unchecked: {},

  async start(query): Promise<PeerProcess> {
    const serviceId = `nexmark-${query}-${Date.now().toString(36)}`
    const dataDir = join(directory, serviceId)
    const sinks = sinksOf(query)
    const server = await ServerProcess.start({
      dataDir,
      bootstrapServers,
      properties: { 'ksql.service.id': serviceId },
    })
    let runs = 0
    return {
      async run(limitSeconds) {
        if (runs++ === 0) await server.execute(fileText('queries', 'sources'))
        else await dropSinks(server, sinks)
        return measureQuery(server, fileText('queries', query), limitSeconds)
      },
      async stop() {
        await server.stop()
        rmSync(dataDir, { recursive: true, force: true })
      },
      async writeContent(path) {
        await writeContent(broker, sinks.at(-1)!, path)
      },
    }
  },
})
