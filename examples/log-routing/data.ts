/**
 * A day's mix of web, application and machine logs, the same in every run: lines of syslog (RFC 3164) and of JSON. Of their bytes 30 % are
 * not worth keeping (probes, pictures, debugging), 15 % say what users did, and 55 % what machines did.
 */
import { below, type Random, seeded } from '../support/random.ts'

export type Route = 'thrown' | 'user' | 'machine'
export type Feed = 'syslog' | 'app'

export interface LogLine {
  readonly feed: Feed
  readonly host: string
  /** ASCII, so that characters are bytes. */
  readonly line: string
  /** Where it belongs. */
  readonly route: Route
  /** State of the host's site. */
  readonly state: string
}

export interface Host {
  readonly host: string
  readonly state: string
  readonly team: string
}

const SEED = 7
const STATES = ['LA', 'CA', 'TX', 'NY', 'WA']
const TEAMS = ['streaming', 'billing', 'search', 'platform']
const HOST_COUNT = 200

/** Share of the bytes. */
export const SHARES: Readonly<Record<Route, number>> = { thrown: 0.3, user: 0.15, machine: 0.55 }
const ROUTES: readonly Route[] = ['thrown', 'user', 'machine']

export const HOSTS: readonly Host[] = Array.from({ length: HOST_COUNT }, (_, i) => ({
  host: `${TEAMS[i % TEAMS.length]}-${i}`,
  state: STATES[Math.floor(i / TEAMS.length) % STATES.length]!,
  team: TEAMS[i % TEAMS.length]!,
}))

/** Lines of `bytes` in all, a line more or less, in the order in which they are written. */
export function* logLines(bytes: number): Generator<LogLine> {
  const random = seeded(SEED)
  const written: Record<Route, number> = { thrown: 0, user: 0, machine: 0 }
  for (let total = 0, index = 0; total < bytes; index++) {
    const route = mostBehind(written, total)
    const { host, state } = HOSTS[below(random, HOST_COUNT)]!
    const [feed, line] = LINES[route](random, { host, second: Math.floor((total / bytes) * DAY_SECONDS), index })
    written[route] += line.length
    total += line.length
    yield { feed, host, line, route, state }
  }
}

/** The route whose bytes are furthest below its share. */
function mostBehind(written: Readonly<Record<Route, number>>, total: number): Route {
  return ROUTES.reduce((best, route) =>
    SHARES[route] * total - written[route] > SHARES[best] * total - written[best] ? route : best,
  )
}

const DAY_SECONDS = 86_400
const DAY_START = Date.parse('2026-03-06T00:00:00Z')

interface Moment {
  readonly host: string
  /** Second of the day. */
  readonly second: number
  readonly index: number
}

type MakeLine = (random: Random, moment: Moment) => readonly [Feed, string]

const LINES: Readonly<Record<Route, MakeLine>> = {
  thrown(random, moment) {
    const kind = below(random, 4)
    if (kind === 0) return ['syslog', web(random, moment, { user: '-', path: '/health', agent: 'kube-probe/1.30' })]
    if (kind === 1)
      return [
        'syslog',
        web(random, moment, { user: userOf(random), path: pick(random, ASSETS), agent: pick(random, AGENTS) }),
      ]
    if (kind === 2)
      return [
        'syslog',
        syslog(moment, { severity: 7, program: 'cron', message: `job ${below(random, 900)} checked, nothing to do` }),
      ]
    const text = `cache ${pick(random, ['hit', 'miss'])} for key session:${below(random, 1e6)} in ${below(random, 900)} us, shard ${below(random, 16)}`
    return ['app', app(random, moment, { level: pick(random, ['DEBUG', 'TRACE']), message: text })]
  },
  user(random, moment) {
    const user = userOf(random)
    const film = below(random, 5000)
    if (below(random, 2) === 0) {
      const path = pick(random, [`/films/${film}/play`, `/films/${film}`, `/search?q=film+${film}`, '/account'])
      return ['syslog', web(random, moment, { user, path, agent: pick(random, AGENTS) })]
    }
    const action = pick(random, ['play', 'pause', 'rate', 'login', 'subscribe'])
    return [
      'app',
      app(random, moment, { level: 'INFO', user, action, message: `user ${user}: ${action} of film ${film}` }),
    ]
  },
  machine(random, moment) {
    const disk = `sd${pick(random, ['a', 'b', 'c'])}`
    const kind = below(random, 6)
    if (kind === 0)
      return [
        'syslog',
        syslog(moment, {
          severity: 6,
          program: 'kernel',
          message: `[${moment.second}.${below(random, 1e6)}] ${disk}: rotational latency ${below(random, 40)} ms, queue ${below(random, 64)}, temperature ${20 + below(random, 40)} C`,
        }),
      ]
    if (kind === 1)
      return [
        'syslog',
        syslog(moment, {
          severity: 4,
          program: 'sshd',
          message: `Failed password for invalid user admin from 10.${below(random, 256)}.${below(random, 256)}.9 port ${1024 + below(random, 60000)} ssh2`,
        }),
      ]
    if (kind === 2)
      return [
        'syslog',
        syslog(moment, {
          severity: 6,
          program: 'postgres',
          message: `checkpoint complete: wrote ${below(random, 9000)} buffers, ${below(random, 9)} WAL files added, write=${below(random, 30000)} ms, sync=${below(random, 900)} ms`,
        }),
      ]
    if (kind === 3)
      return [
        'syslog',
        syslog(moment, {
          severity: 5,
          program: 'systemd',
          message: `unit node-exporter.service: CPU ${below(random, 100)} %, memory ${below(random, 64000)} MB, ${below(random, 400)} file descriptors`,
        }),
      ]
    const level = pick(random, ['INFO', 'WARN', 'ERROR'])
    const text = `pool ${pick(random, ['db', 'cache', 'queue'])}: ${below(random, 200)} of 200 connections in use, ${below(random, 5000)} waits, longest ${below(random, 3000)} ms`
    return ['app', app(random, moment, { level, message: text })]
  },
}

const ASSETS = ['/static/app.js', '/static/site.css', '/static/logo.png', '/favicon.ico', '/static/font.woff2']
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15',
  'StreamBox/4.2 (TV; armv8)',
]

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[below(random, items.length)]!
const userOf = (random: Random): string => `u${below(random, 50_000)}`

interface WebRequest {
  readonly user: string
  readonly path: string
  readonly agent: string
}

function web(random: Random, moment: Moment, { user, path, agent }: WebRequest): string {
  const client = `10.${below(random, 256)}.${below(random, 256)}.${below(random, 256)}`
  const message = `${client} ${user} "GET ${path} HTTP/1.1" ${pick(random, [200, 200, 200, 304, 404])} ${below(random, 90_000)} "${agent}"`
  return syslog(moment, { severity: 6, program: 'nginx', message })
}

interface SyslogMessage {
  readonly severity: number
  readonly program: string
  readonly message: string
}

/** Facility of all of them: local0. */
const FACILITY = 16

function syslog({ host, second, index }: Moment, { severity, program, message }: SyslogMessage): string {
  const time = new Date(DAY_START + second * 1000).toISOString().slice(11, 19)
  return `<${FACILITY * 8 + severity}>Mar  6 ${time} ${host} ${program}[${1000 + (index % 9000)}]: ${message}`
}

interface AppEvent {
  readonly level: string
  readonly message: string
  readonly user?: string
  readonly action?: string
}

function app(random: Random, { host, second }: Moment, event: AppEvent): string {
  const at = new Date(DAY_START + second * 1000 + below(random, 1000)).toISOString()
  return JSON.stringify({ at, host, service: host.replace(/-\d+$/, ''), ...event })
}
