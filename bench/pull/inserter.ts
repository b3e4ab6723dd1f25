/** A process that inserts rows into `events` at a steady rate over /inserts-stream, and says how many were acknowledged when it gets a message. */
import { connect } from 'node:http2'

/** What the process is started with, as JSON. */
export interface InserterOptions {
  readonly url: string
  /** Rows a second. */
  readonly rate: number
}

const { url, rate } = JSON.parse(process.argv[2]!) as InserterOptions
const TICK_MS = 10
const KEYS = 10_000

let sent = 0
let acknowledged = 0
process.on('message', () => process.send!(acknowledged))

const stream = connect(url).request({ ':method': 'POST', ':path': '/inserts-stream' })
stream.setEncoding('utf8')
stream.on('data', (text: string) => {
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) acknowledged++
})
stream.write('{"target":"events"}\n')
const startedAt = performance.now()
setInterval(() => {
  const due = ((performance.now() - startedAt) / 1000) * rate
  let lines = ''
  // What is not acknowledged is bounded, so that a server that cannot keep up is not flooded.
  for (; sent < due && sent - acknowledged < rate; sent++)
    lines += `{"ID":"${sent % KEYS}","V":"value ${sent}","N":${sent}}\n`
  if (lines !== '') stream.write(lines)
}, TICK_MS)
