import { expect, test } from 'vitest'
import { ManualClock, ManualTimer } from '../../../src/clock.ts'
import { optionsOf } from '../../../src/connectors/common-options.ts'
import { FilePaths } from '../../../src/connectors/file-paths.ts'
import { Options } from '../../../src/connectors/options.ts'
import { consoleSink, consoleTask } from '../../../src/connectors/sinks/console-sink.ts'

test('the sink console writes each record on a line of its own behind the prefix', async () => {
  const written: string[] = []
  const task = consoleTask(
    {
      connector: 'C',
      identity: 'C/1',
      cluster: 'cluster',
      options: new Options(optionsOf(consoleSink), { prefix: 'order ' }),
      clock: new ManualClock(),
      timer: new ManualTimer(),
      random: () => 0,
      signal: new AbortController().signal,
      files: new FilePaths([]),
      warn: () => {},
      partition: 0,
      source: {
        name: 'S',
        kind: 'STREAM',
        topic: 's',
        key: [{ name: 'ID', type: { kind: 'INTEGER' } }],
        value: [{ name: 'V', type: { kind: 'STRING' } }],
        isWindowed: false,
      },
    },
    async (bytes) => void written.push(Buffer.from(bytes).toString()),
  )
  const plain = { timestamp: 0, window: null, headers: null }
  await task.write([
    { ...plain, offset: 0, key: [1], value: ['a'] },
    { ...plain, offset: 1, key: [2], value: null },
  ])
  expect(written.join('')).toBe('order {"ID":1,"V":"a"}\norder {"ID":2,"V":null}\n')
})
