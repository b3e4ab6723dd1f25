/** The definitions of a folder: all statements of its SQL files, without those that are tests. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ParseError } from '../../errors.ts'
import type { Statement } from '../../sql/ast/statement.ts'
import { parseStatements } from '../../sql/parse.ts'
import { substituteVariables } from '../../sql/variables.ts'
import { type Definition, isDefining, kindOf, nameOf } from './definition.ts'
import { DeployError } from './deploy-error.ts'

const IS_TEST = /^\s*--@test:/m

export interface Folder {
  readonly definitions: readonly Definition[]
  /** Whether some of its files are tests. */
  readonly hasTests: boolean
}

/** Throws DeployError, with file and line. `variables`: values of `${name}`. */
export function readFolder(directory: string, variables: ReadonlyMap<string, string>): Folder {
  const files = sqlFiles(directory).map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  const tests = files.filter(({ text }) => IS_TEST.test(text))
  const definitions = files
    .filter(({ text }) => !IS_TEST.test(text))
    .flatMap(({ file, text }) => definitionsOf(file, text, variables))
  if (definitions.length === 0) throw new DeployError(`There are no statements in ${directory}/*.sql.`)
  checkNames(definitions)
  return { definitions, hasTests: tests.length > 0 }
}

function sqlFiles(directory: string): string[] {
  try {
    if (!statSync(directory).isDirectory()) throw new DeployError(`${directory} is not a folder.`)
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map((name) => join(directory, name))
  } catch (error) {
    throw error instanceof DeployError ? error : new DeployError((error as Error).message)
  }
}

function definitionsOf(file: string, text: string, variables: ReadonlyMap<string, string>): Definition[] {
  const properties: Record<string, string> = {}
  return parsed(file, text, variables).flatMap((statement) => {
    const place = `${file}:${statement.location?.line ?? 1}`
    if (statement.kind === 'set') properties[statement.name] = statement.value
    if (statement.kind === 'unset') delete properties[statement.name]
    if (statement.kind === 'set' || statement.kind === 'unset') return []
    if (!isDefining(statement))
      throw new DeployError(`${place}: A folder may hold CREATE, INSERT INTO ... SELECT, SET and UNSET. ${WHY}`)
    return [{ kind: kindOf(statement), name: nameOf(statement), statement, properties: { ...properties }, place }]
  })
}

const WHY =
  'It says what is to exist, so that each statement can be compared with the server. Other statements belong in a script: millrace cli -f.'

function parsed(file: string, text: string, variables: ReadonlyMap<string, string>): Statement[] {
  try {
    return parseStatements(substituteVariables(text, variables))
  } catch (error) {
    if (error instanceof ParseError) throw new DeployError(`${file}:${error.location?.line ?? 1}: ${error.message}`)
    throw error
  }
}

/** Streams and tables share their names. */
function checkNames(definitions: readonly Definition[]): void {
  const places = new Map<string, string>()
  for (const { kind, name, place } of definitions) {
    // Overloads of a function have one name, and any number of queries may write a stream.
    if (kind === 'function' || kind === 'insert') continue
    const key = `${kind === 'query' ? 'source' : kind} ${name}`
    const other = places.get(key)
    if (other !== undefined) throw new DeployError(`${place}: ${name} is defined already, in ${other}.`)
    places.set(key, place)
  }
}
