import { request } from 'node:http'

const PING_MS = 1000

/** Whether a Docker engine answers within a second, at `DOCKER_HOST` or the usual socket. */
export function hasDocker(): Promise<boolean> {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  const { protocol, hostname, port, pathname } = new URL(host)
  const target = protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port: Number(port || 2375) }
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', timeout: PING_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.once('timeout', () => ping.destroy())
    ping.once('close', () => resolve(false))
    ping.once('error', () => resolve(false))
    ping.end()
  })
}
