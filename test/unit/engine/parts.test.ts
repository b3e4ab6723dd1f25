import { describe, expect, it } from 'vitest'
import { commandIdText, decodeCommand, encodeCommand } from '../../../src/engine/commands/command.ts'
import { jsonToValue } from '../../../src/engine/inserts/json-values.ts'
import { COMPLETED, Flow } from '../../../src/engine/queries/flow.ts'
import { FormatGuess } from '../../../src/engine/queries/print-formats.ts'
import { PrintSchemas } from '../../../src/engine/queries/print-schemas.ts'
import { shownSource, shownText } from '../../../src/engine/statement-text.ts'
import { NO_REGISTRY } from '../../../src/serde/loaded-schemas.ts'
import { parseStatements } from '../../../src/sql/parse.ts'
import { parsePlainJson } from '../../../src/types/plain-json.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/types/sql-type.ts'

describe('shown statement texts', () => {
  const shown = (sql: string) => shownText(parseStatements(sql)[0]!)

  it('mask inserted values, whatever they hold', () => {
    expect(shown("INSERT INTO `VALUES (` (a, b) VALUES (')', f(1, (2)));")).toBe(
      "INSERT INTO `VALUES (` (a, b) VALUES ('[value]', '[value]');",
    )
  })

  it('mask values of an INSERT that does not parse', () => {
    const source = (sql: string) => shownSource(sql).text
    expect(source("INSERT INTO t (a) VALUES ('x', [1, f(2, 3)]) nonsense;")).toBe(
      "INSERT INTO t (a) VALUES ('[value]', '[value]') nonsense;",
    )
    expect(source("INSERT INTO t VALUES ('x', (2")).toBe("INSERT INTO t VALUES ('[value]', '[value]'")
    expect(source("INSERT INTO t VALUES 'x', -- secret\n 2);")).toBe("INSERT INTO t VALUES '[value]', '[value]');")
    expect(source("INSERT INTO t VALUES (1) 'open secret;")).toBe("INSERT INTO t VALUES ('[value]') '[value]'")
    expect(source("INSERT INTO t VALUES (1, 'x'), ('y');")).toBe(
      "INSERT INTO t VALUES ('[value]', '[value]'), ('[value]');",
    )
    expect(source('SELEC 1;')).toBe('SELEC 1;')
  })

  it('know where a place of the source is shown', () => {
    const sql = "INSERT INTO t (a) VALUES ('a long text', foo), (3);"
    const { text, offset } = shownSource(sql)
    const shownFrom = (part: string) => text.slice(offset(sql.indexOf(part)))
    expect(shownFrom('(a)')).toBe("(a) VALUES ('[value]', '[value]'), ('[value]');")
    expect(shownFrom('foo')).toBe("'[value]'), ('[value]');")
    expect(shownFrom('3')).toBe("'[value]');")
  })

  it('mask properties of connectors', () => {
    expect(shown("CREATE SINK CONNECTOR c WITH ('password'='secret');")).toBe(
      `CREATE SINK CONNECTOR C WITH ("password"='[string]');`,
    )
  })

  it('are the text itself otherwise', () => {
    expect(shown('SHOW   STREAMS ;')).toBe('SHOW   STREAMS;')
  })
})

describe('commands', () => {
  const command = {
    id: { type: 'stream', entity: '`S`', action: 'create' },
    statement: 'CREATE STREAM s ...;',
    streamsProperties: { 'auto.offset.reset': 'earliest' },
    originalProperties: {},
    effects: [{ kind: 'removeSource', name: 'S' }],
    message: 'Stream created',
    queryId: null,
  } as const

  it('survive the log', () => {
    const { key, value } = encodeCommand(command)
    expect(decodeCommand(key, value)).toEqual(command)
    expect(commandIdText(command.id)).toBe('stream/`S`/create')
  })

  it('of another version, or none at all, are refused', () => {
    const { key } = encodeCommand(command)
    expect(() => decodeCommand(key, Buffer.from('{"version":2}'))).toThrow('version 2')
    expect(() => decodeCommand(key, null)).toThrow('without key or value')
    expect(() => decodeCommand(key, Buffer.from('x'))).toThrow()
  })
})

describe('guessed formats', () => {
  const guess = (...values: (Buffer | null)[]) => {
    const format = new FormatGuess(new PrintSchemas(NO_REGISTRY))
    const texts = values.map((value) => format.read(value))
    return [format.text, ...texts]
  }
  const bigint = (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(value)
    return bytes
  }

  it('tell text, JSON, numbers and windows apart', () => {
    expect(guess(Buffer.from('abc'))).toEqual(['KAFKA_STRING', 'abc'])
    expect(guess(Buffer.from('{"a":1}'))).toEqual(['JSON or KAFKA_STRING', '{"a":1}'])
    expect(guess(Buffer.from([0, 0, 0, 7]))).toEqual(['KAFKA_INT', '7'])
    expect(guess(bigint(5n))).toEqual(['KAFKA_BIGINT or KAFKA_DOUBLE', '5'])
    expect(guess(Buffer.concat([Buffer.from('key'), bigint(1_600_000_000_000n)]))).toEqual([
      'TIME_WINDOWED(KAFKA_STRING)',
      '[key@2020-09-13T12:26:40.000Z/-]',
    ])
  })

  it('narrow with every record, until nothing fits all', () => {
    expect(guess(Buffer.from('{}'), Buffer.from('abc'))).toEqual(['KAFKA_STRING', '{}', 'abc'])
    expect(guess(Buffer.from('abc'), Buffer.from([0, 0, 0, 7]))).toEqual(['MIXED', 'abc', '7'])
    expect(guess(Buffer.from([0xff, 0xfe, 0xfd]))).toEqual(['MIXED', '0xfffefd'])
    expect(guess(null)).toEqual(['¯\\_(ツ)_/¯ - no data processed', '<null>'])
  })
})

describe('JSON values of columns', () => {
  const value = (json: string, type: Parameters<typeof jsonToValue>[1]) => jsonToValue(parsePlainJson(json), type)

  it('keep every digit', () => {
    expect(value('9007199254740993', BIGINT)).toBe(9007199254740993n)
    expect(String(value('1.10', decimal(4, 2)))).toBe('1.10')
    expect(String(value('"1.1"', decimal(4, 2)))).toBe('1.10')
    expect(value('1e3', DOUBLE)).toBe(1000)
    expect(String(value('0.12345678901234567890', decimal(38, 20)))).toBe('0.12345678901234567890')
    expect(value('1700000000000', TIMESTAMP)).toBe(1_700_000_000_000)
  })

  it('nest', () => {
    expect(value('[[1], null]', array(array(INTEGER)))).toEqual([[1], null])
    expect(value('{"a": 1}', map(STRING, INTEGER))).toEqual(new Map([['a', 1]]))
    expect(
      value(
        '{"x": 1}',
        struct([
          { name: 'X', type: INTEGER },
          { name: 'Y', type: INTEGER },
        ]),
      ),
    ).toEqual([1, null])
    expect(value('"2020-01-02"', DATE)).toBe(18263)
    expect(value('"AQI="', BYTES)).toEqual(new Uint8Array([1, 2]))
    expect(value('null', BOOLEAN)).toBeNull()
  })

  it.each([
    ['1', STRING, "Can't coerce a field of type class java.lang.Long into type STRING"],
    ['1.5', INTEGER, "Can't coerce a field of type class java.lang.Double into type INTEGER"],
    ['3000000000', INTEGER, 'into type INTEGER'],
    ['"true"', BOOLEAN, 'into type BOOLEAN'],
    ['{}', array(INTEGER), 'into type ARRAY<INTEGER>'],
    ['[]', struct([]), 'into type STRUCT<>'],
  ] as const)('refuse %s for another type', (json, type, message) => {
    expect(() => value(json, type)).toThrow(message)
  })
})

describe('a flow', () => {
  const subscriber = () => {
    const ended = Promise.withResolvers<unknown>()
    const items: number[] = []
    return {
      items,
      ended: ended.promise,
      onItems: (more: readonly number[]) => void items.push(...more),
      onEnd: ended.resolve,
    }
  }

  it('passes items on and ends once', async () => {
    let over = 0
    const flow = new Flow<number>(
      'q',
      async ({ emit }) => {
        await emit([1, 2])
        await emit([])
        await emit([3])
        return COMPLETED
      },
      () => over++,
    )
    const reader = subscriber()
    flow.subscribe(reader)
    expect(await reader.ended).toEqual(COMPLETED)
    await flow.close()
    expect(reader.items).toEqual([1, 2, 3])
    expect(over).toBe(1)
  })

  it('ends with the error of its source', async () => {
    const reader = subscriber()
    new Flow<number>('q', () => Promise.reject(new Error('broken'))).subscribe(reader)
    expect(await reader.ended).toMatchObject({ reason: 'error', error: { message: 'broken' } })
  })

  it('that is closed passes nothing on', async () => {
    const flow = new Flow<number>('q', async ({ emit, signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await emit([1])
      return { reason: 'closed', finalMessage: null }
    })
    const reader = subscriber()
    flow.subscribe(reader)
    await flow.close()
    expect(reader.items).toEqual([])
    expect(() => flow.subscribe(reader)).toThrow('one subscriber')
  })
})
