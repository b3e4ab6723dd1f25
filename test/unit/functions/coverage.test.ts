import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'

interface Case {
  readonly statements: readonly string[]
  readonly inputs?: readonly { readonly key?: unknown; readonly value: unknown }[]
}

/** Functions that take no argument, so no NULL. */
const WITHOUT_ARGUMENTS = new Set(['PI', 'RANDOM'])

const FOLDER = new URL('../../cases/', import.meta.url)
const CASES = readdirSync(FOLDER)
  .filter((file) => /^functions-.*\.json$/.test(file))
  .flatMap(
    (file) => (JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { readonly tests: readonly Case[] }).tests,
  )

const NAMES = BUILT_IN_FUNCTIONS.map(({ name }) => name)

/** With inputs: a case of an error does not show what a function gives. */
const called = (cases: readonly Case[]): ReadonlySet<string> =>
  new Set(cases.flatMap(({ statements }) => statements.join('\n').match(/\w+(?=\()/g) ?? []))

const hasNull = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.values(value as object).some(hasNull))

describe('test/cases/functions-*.json', () => {
  const running = CASES.filter(({ inputs }) => inputs !== undefined)

  it('calls every function', () => {
    const names = called(running)
    expect(NAMES.filter((name) => !names.has(name))).toEqual([])
  })

  it('calls every function that takes an argument with a NULL', () => {
    const names = called(
      running.filter(({ inputs }) => inputs!.some(({ key, value }) => hasNull(value) || key === null)),
    )
    expect(NAMES.filter((name) => !names.has(name) && !WITHOUT_ARGUMENTS.has(name))).toEqual([])
  })
})
