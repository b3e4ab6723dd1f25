/** Messages of syslog as JSON objects. Source: RFC 5424 and RFC 3164. */

const FACILITIES = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'audit', 'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
]
const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

export interface SyslogMessage {
  readonly facility: string
  readonly severity: string
  /** Epoch ms; null: the message has none that can be read. */
  readonly timestamp: number | null
  readonly host: string | null
  readonly app: string | null
  readonly procid: string | null
  readonly msgid: string | null
  /** Structured data by element and parameter. */
  readonly data: Readonly<Record<string, Readonly<Record<string, string>>>> | null
  readonly message: string
}

const PRIORITY = /^<(\d{1,3})>/
/** A message without a readable priority is from a user, at level notice. Source: RFC 3164, 4.3.3. */
const DEFAULT_PRIORITY = 13

/** Never fails: what is not understood is the message. `now`: when it was received, epoch ms. */
export function parseSyslog(text: string, now: number): SyslogMessage {
  const match = PRIORITY.exec(text)
  const number = match === null ? DEFAULT_PRIORITY : Number(match[1])
  const priority = number < FACILITIES.length * 8 ? number : DEFAULT_PRIORITY
  const rest = match === null ? text : text.slice(match[0].length)
  const level = { facility: FACILITIES[priority >> 3]!, severity: SEVERITIES[priority & 7]! }
  if (rest.startsWith('1 ')) {
    const parsed = parse5424(rest)
    if (parsed !== null) return { ...level, ...parsed }
  }
  return { ...level, ...parse3164(rest, now) }
}

type Rest = Omit<SyslogMessage, 'facility' | 'severity'>

const HEADER_5424 = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) (?=[-[])/

function parse5424(text: string): Rest | null {
  const match = HEADER_5424.exec(text)
  if (match === null) return null
  const [head, time, host, app, procid, msgid] = match as unknown as [string, string, string, string, string, string]
  const data = structuredData(text, head.length)
  if (data === null) return null
  const timestamp = time === '-' ? Number.NaN : Date.parse(time)
  return {
    timestamp: Number.isNaN(timestamp) ? null : timestamp,
    host: orNull(host),
    app: orNull(app),
    procid: orNull(procid),
    msgid: orNull(msgid),
    data: data.elements,
    message: text
      .slice(data.end)
      .replace(/^ /, '')
      .replace(/^\uFEFF/, ''),
  }
}

const orNull = (text: string): string | null => (text === '-' ? null : text)

const ELEMENT = /\[([^\s=\]"]+)((?: [^\s=\]"]+="(?:[^"\\\]]|\\.)*")*)\]/y
const PARAMETER = / ([^\s=\]"]+)="((?:[^"\\\]]|\\.)*)"/g

/** Null: it is not well-formed. */
function structuredData(
  text: string,
  start: number,
): { readonly elements: SyslogMessage['data']; readonly end: number } | null {
  if (text[start] === '-') return { elements: null, end: start + 1 }
  const elements: Record<string, Record<string, string>> = {}
  let end = start
  for (;;) {
    ELEMENT.lastIndex = end
    const match = ELEMENT.exec(text)
    if (match === null) break
    const parameters = [...match[2]!.matchAll(PARAMETER)].map(([, name, value]) => [
      name!,
      value!.replaceAll(/\\(["\\\]])/g, '$1'),
    ])
    elements[match[1]!] = Object.fromEntries(parameters) as Record<string, string>
    end = ELEMENT.lastIndex
  }
  return end === start ? null : { elements, end }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HEADER_3164 = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\S+) /
const TAG = /^([^\s:[\]]{1,48})(?:\[([^\]]*)\])?: ?/

function parse3164(text: string, now: number): Rest {
  const header = HEADER_3164.exec(text)
  const month = header === null ? -1 : MONTHS.indexOf(header[1]!)
  const none = { timestamp: null, host: null, app: null, procid: null, msgid: null, data: null }
  if (header === null || month < 0) return { ...none, message: text }
  const [head, , day, hour, minute, second, host] = header as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const content = text.slice(head.length)
  const tag = TAG.exec(content)
  return {
    ...none,
    timestamp: nearestYear(now, (year) =>
      Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second)),
    ),
    host,
    app: tag?.[1] ?? null,
    procid: tag?.[2] ?? null,
    message: tag === null ? content : content.slice(tag[0].length),
  }
}

/** The time has no year: it is in the past, or at most a day ahead of a clock that is behind. */
function nearestYear(now: number, timeIn: (year: number) => number): number {
  const year = new Date(now).getUTCFullYear()
  const time = timeIn(year)
  return time > now + 86_400_000 ? timeIn(year - 1) : time
}
