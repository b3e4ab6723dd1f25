import { expect, it } from 'vitest'
import { createConfig } from '../../../src/engine/config/config.ts'
import { createLog } from '../../../src/main/create-log.ts'
import { logText } from '../../../src/main/log-text.ts'

/** What a log with these settings writes. */
async function written(
  settings: Readonly<Record<string, string>>,
  isTerminal: boolean,
  write: (log: Awaited<ReturnType<typeof createLog>>) => void,
): Promise<string> {
  let text = ''
  const output = { write: (line: string) => void (text += line), isTerminal, hasColours: false }
  write(await createLog(createConfig(settings), output))
  return text
}

const TIME = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`

it('writes text on a terminal and an object per line elsewhere', async () => {
  const entry = (log: Awaited<ReturnType<typeof createLog>>) => log.warn({ queryId: 'Q1' }, 'A query has failed.')
  expect(await written({}, true, entry)).toMatch(new RegExp(`^${TIME} WARN  A query has failed\\. queryId=Q1\n$`))
  expect(JSON.parse(await written({}, false, entry))).toEqual({
    level: 'warn',
    time: expect.stringMatching(TIME),
    queryId: 'Q1',
    msg: 'A query has failed.',
  })
  expect(await written({ 'millrace.log.format': 'JSON' }, true, entry)).toMatch(/^\{/)
  expect(await written({ 'millrace.log.format': 'text' }, false, entry)).toMatch(new RegExp(`^${TIME} WARN`))
})

it('leaves out what is below its level', async () => {
  const entries = (log: Awaited<ReturnType<typeof createLog>>) => {
    log.debug({}, 'one')
    log.info({}, 'two')
    log.warn({}, 'three')
    log.error({}, 'four')
  }
  const levels = async (level: string) =>
    [...(await written({ 'millrace.log.level': level }, true, entries)).matchAll(/Z (\w+)/g)].map(([, word]) => word)
  expect(await levels('debug')).toEqual(['DEBUG', 'INFO', 'WARN', 'ERROR'])
  expect(await levels('Warn')).toEqual(['WARN', 'ERROR'])
})

it('keeps an entry on one line but for the stack of an error, and passes no control characters on', () => {
  const entry = {
    level: 'error',
    time: 'T',
    err: { message: 'm', stack: 'Error: m\n    at x' },
    method: 'GET',
    msg: 'a\nb\u001b[2J',
  }
  expect(logText(JSON.stringify(entry), false)).toBe('T ERROR a b\\u001b[2J method=GET\n    Error: m\n        at x\n')
})

it('colours levels where the terminal shows colours', () => {
  const line = (level: string) => logText(JSON.stringify({ level, time: 'T', msg: 'm' }), true)
  expect(line('warn')).toBe('T \u001b[33mWARN \u001b[0m m\n')
  expect(line('info')).toBe('T INFO  m\n')
})
