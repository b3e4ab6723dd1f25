/** `millrace functions apply`: functions in JavaScript from files, one function a file. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Entity } from '../../engine/describe/entities.ts'
import { messageOf, ParseError } from '../../errors.ts'
import { Client } from '../client/client.ts'
import { ClientError } from '../client/client-error.ts'
import { FunctionFileError, type FunctionStatement, functionStatement } from '../functions/function-file.ts'

export interface ApplyFunctionsOptions {
  readonly server: string
  readonly user?: string
  readonly password?: string
  readonly token?: string
  /** Prints the statements and does nothing. */
  readonly dryRun: boolean
  /** The folder of the user's project, whose esbuild may be used. Default: the working directory. */
  readonly project?: string
}

export interface ApplyFunctionsIo {
  readonly out: Writable
  readonly err: Writable
}

/** Resolves to the exit code. A function that the server has as it is in its file is left alone, so that it gets no new version. */
export async function applyFunctions(
  paths: readonly string[],
  options: ApplyFunctionsOptions,
  { out, err }: ApplyFunctionsIo,
): Promise<number> {
  const say = (line: string): void => void out.write(`${line}\n`)
  try {
    const files = paths.flatMap(filesOf)
    if (files.length === 0) throw new FunctionFileError(`There are no files *.js or *.ts in ${paths.join(', ')}.`)
    // All files are read before the first one is applied.
    const statements: FunctionStatement[] = []
    for (const file of files) statements.push(await ofFile(file, options.project ?? process.cwd()))
    if (options.dryRun) {
      for (const { sql } of statements) say(`${sql}\n`)
      return 0
    }
    const client = new Client(options.server, options)
    for (const { name, sql } of statements) {
      if (await isThere(name, sql, client)) say(`${name}: unchanged`)
      else for (const entity of await client.execute(sql)) say(`${name}: ${textOf(entity)}`)
    }
    return 0
  } catch (error) {
    if (!(error instanceof FunctionFileError || error instanceof ClientError)) throw error
    err.write(`${error.message}\n`)
    return 1
  }
}

async function ofFile(file: string, project: string): Promise<FunctionStatement> {
  try {
    return await functionStatement(file, project)
  } catch (error) {
    throw error instanceof ParseError ? new FunctionFileError(`${file}: ${messageOf(error)}`) : error
  }
}

/** A file as it is; of a folder, the JavaScript and TypeScript files in it, without declarations of types and tests. */
function filesOf(path: string): string[] {
  let isFolder: boolean
  try {
    isFolder = statSync(path).isDirectory()
  } catch (error) {
    throw new FunctionFileError(messageOf(error))
  }
  if (!isFolder) return [path]
  return readdirSync(path)
    .filter((name) => /\.(?:[cm]?js|ts)$/.test(name) && !/\.(?:d|test)\.ts$|\.test\.[cm]?js$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

/** Whether the server has a function that this statement made. */
async function isThere(name: string, sql: string, client: Client): Promise<boolean> {
  try {
    const [entity] = await client.execute(`DESCRIBE FUNCTION ${name};`)
    return entity?.['@type'] === 'describe_function' && (entity.statements ?? []).includes(sql)
  } catch (error) {
    // There is none of that name, or the server says with the statement what is wrong.
    if (error instanceof ClientError) return false
    throw error
  }
}

const textOf = (entity: Entity): string =>
  entity['@type'] === 'currentStatus' ? entity.commandStatus.message : entity['@type']
