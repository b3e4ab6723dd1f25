/**
 * A file of a function: JavaScript or TypeScript whose first comment is the head of its statement.
 *
 *     /* CREATE FUNCTION area(w DOUBLE, h DOUBLE) RETURNS DOUBLE STRICT *\/
 *     export default (w: number, h: number): number => w * h
 */
import { readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { basename, extname, join } from 'node:path'
import { formatDollarString } from '../../sql/format-names.ts'
import { parseStatements } from '../../sql/parse.ts'

/** What is wrong with a file, in words for its author. */
export class FunctionFileError extends Error {
  override readonly name = 'FunctionFileError'
}

export interface FunctionStatement {
  readonly name: string
  /** With a semicolon. */
  readonly sql: string
}

const HEAD = /^\s*\/\*\s*(CREATE\b[\s\S]*?)\*\//i

/**
 * The statement that makes the function of a file. `project`: the folder whose esbuild bundles what the file imports, where its own folder has none.
 * Throws FunctionFileError, or ParseError for a head that is not one.
 */
export async function functionStatement(path: string, project: string): Promise<FunctionStatement> {
  const text = readFileSync(path, 'utf8')
  const head = HEAD.exec(text)
  if (head === null) {
    throw new FunctionFileError(
      `${path} does not begin with the statement in a comment, such as /* CREATE FUNCTION f(a INT) RETURNS INT */`,
    )
  }
  const body = hasImports(text) ? await bundled(path, project) : withoutTypes(text.slice(head[0].length), path)
  const sql = `${completed(head[1]!.trim())} AS ${formatDollarString(`\n${body.trim()}\n`)};`
  const [statement] = parseStatements(sql)
  if (statement?.kind !== 'createFunction')
    throw new FunctionFileError(`${path}: ${head[1]!.trim()} is no CREATE FUNCTION.`)
  return { name: statement.name.toUpperCase(), sql }
}

/** A file replaces the function that there is, and its language is known. */
function completed(head: string): string {
  const replacing = head.replace(/^CREATE\s+(?!OR\b)/i, 'CREATE OR REPLACE ')
  return /\bLANGUAGE\b/i.test(replacing) ? replacing : `${replacing}\n  LANGUAGE JAVASCRIPT`
}

const hasImports = (text: string): boolean => /^\s*(?:import\b(?!\s*[.(])|export\b[^\n]*\bfrom\b)/m.test(text)

function withoutTypes(text: string, path: string): string {
  if (extname(path) !== '.ts') return text
  try {
    return stripTypeScriptTypes(text)
  } catch (error) {
    throw new FunctionFileError(`${path}: ${(error as Error).message}`)
  }
}

/** The part of esbuild that is used. It belongs to the user's project, not to this one. */
interface Esbuild {
  build(
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>
}

/** The file with all that it imports. */
async function bundled(path: string, project: string): Promise<string> {
  const esbuild = loadEsbuild(path, project)
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2022',
      legalComments: 'none',
      logLevel: 'silent',
    })
    return outputFiles[0]!.text
  } catch (error) {
    throw new FunctionFileError(`${path} cannot be bundled: ${(error as Error).message}`)
  }
}

function loadEsbuild(path: string, project: string): Esbuild {
  const places = [path, join(project, basename(path))]
  for (const place of places) {
    try {
      return createRequire(place)('esbuild') as Esbuild
    } catch (error) {
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  throw new FunctionFileError(
    `${path} imports other modules, and esbuild is not installed: npm install --save-dev esbuild`,
  )
}
