import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Client } from '../../../../src/cli/client/client.ts'
import { Completion, candidates, completions } from '../../../../src/cli/repl/completion.ts'
import type { KnownNames } from '../../../../src/engine/describe/known-names.ts'

const columns = (...names: string[]) => names.map((name) => ({ name, type: 'STRING' }))

const NAMES: KnownNames = {
  sources: [
    { name: 'LOGS', kind: 'stream', columns: columns('LINE', 'LEVEL') },
    { name: 'LOGINS', kind: 'stream', columns: columns('USERID') },
    { name: 'LOGIN_COUNTS', kind: 'table', columns: [] },
  ],
  functions: ['LOG', 'LEN', 'LOG'].map((name) => ({ name, kind: 'SCALAR' })),
  topics: ['logs', 'logins_topic'],
  queries: ['CTAS_LOGIN_COUNTS_5'],
  types: ['ADDRESS'],
  properties: ['auto.offset.reset', 'commit.interval.ms'],
}

/** What is offered at the end of the text. */
const offered = (before: string) => completions(before, NAMES)[0]

describe('completion', () => {
  it.each([
    ['DROP STREAM lo', ['logins', 'logs']],
    ['DROP TABLE IF EXISTS ', ['LOGIN_COUNTS']],
    ['SELECT * FROM ', ['LOGINS', 'LOGIN_COUNTS', 'LOGS']],
    ['SELECT *\nFROM LOGS JOIN logi', ['login_counts', 'logins']],
    ['INSERT INTO LOG', ['LOGINS', 'LOGIN_COUNTS', 'LOGS']],
    ['SELECT l.le FROM LOGS l WHERE l.le', ['level']],
    ['SELECT * FROM LOGINS WHERE ', ['USERID']],
    ['SELECT LOGS.', ['LEVEL', 'LINE']],
    ['.mode c', ['csv']],
    ['TERMINATE ', ['ALL', 'CTAS_LOGIN_COUNTS_5']],
    ['explain ct', ['ctas_login_counts_5']],
    ['DESCRIBE LOGI', ['LOGINS', 'LOGIN_COUNTS']],
    ['DESCRIBE FUNCTION le', ['len']],
    ['SHOW T', ['TABLES', 'TOPICS', 'TYPES']],
    ['SHOW ALL TOPICS ', ['EXTENDED']],
    ['DROP TYPE ', ['ADDRESS']],
    ['PRINT log', ['logins_topic', 'logs']],
    ["SET 'auto", ['auto.offset.reset']],
    ["UNSET '", ['auto.offset.reset', 'commit.interval.ms']],
    ["SET 'auto.offset.reset' = '", ['earliest', 'latest']],
    ['CREATE STREAM s (a INT) WITH (KAFKA', ['KAFKA_TOPIC']],
    ["CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='s', VALUE_F", ['VALUE_FORMAT']],
    ["CREATE STREAM s (a INT) WITH (kafka_topic='logi", ['logins_topic']],
    ["CREATE STREAM s WITH (value_format='J", ['JSON']],
    ['SHOW STREAMS; DROP STREAM ', ['LOGINS', 'LOGS']],
    [
      'help creat',
      ['create index', 'create secret', 'create sink', 'create source', 'create stream', 'create table', 'create type'],
    ],
  ])('after %j', (before, words) => {
    expect(offered(before)).toEqual(words)
  })

  it('offers keywords, functions, and the columns of the sources that are named, each once', () => {
    expect(offered('SELECT L')).toEqual(expect.arrayContaining(['LEN', 'LEVEL', 'LIKE', 'LINE', 'LOG']))
    expect(offered('SELECT L').filter((word) => word === 'LOG')).toHaveLength(1)
    expect(offered('SELECT * FROM LOGINS WHERE L')).not.toContain('LINE')
    expect(offered('SELECT * FROM LOGINS WHERE U')).toContain('USERID')
  })

  it('begins with words that begin statements, and offers nothing within a text', () => {
    expect(offered('SE')).toEqual(['SELECT', 'SET', 'server', 'set cli'])
    expect(offered("SELECT 'S")).toEqual([])
    expect(offered('')).toEqual([])
  })

  it('completes paths of scripts', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-completion-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    writeFileSync(join(directory, 'pipeline.sql'), '')
    mkdirSync(join(directory, 'parts'))
    const completion = new Completion(() => new Client('http://127.0.0.1:1'))
    const typed = `${directory}/p`
    expect(await completion.complete(`run script '${typed}`, '')).toEqual([
      [`${directory}/parts/`, `${directory}/pipeline.sql`],
      typed,
    ])
  })

  it('offers what it knows when the server does not answer', async () => {
    const completion = new Completion(() => new Client('http://127.0.0.1:1'))
    expect(await completion.complete('FROM s;', 'SELECT *')).toEqual([[], ''])
    expect(await completion.complete('SHOW STR', '')).toEqual([['STREAMS'], 'STR'])
  })
})

describe('candidates', () => {
  it('follow the case that was typed', () => {
    const words = ['SELECT', 'SET', 'ORDERS', 'SeLf']
    expect(candidates(words, 'se')).toEqual(['select', 'self', 'set'])
    expect(candidates(words, 'SE')).toEqual(['SELECT', 'SET', 'SeLf'])
    expect(candidates(words, '')).toEqual(['ORDERS', 'SELECT', 'SET', 'SeLf'])
  })
})
