import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** Rows of the architecture: a folder imports from lower rows only, never from a sibling in its own row. */
const ROWS: Readonly<Record<string, number>> = {
  grammar: 0,
  errors: 0,
  assert: 0,
  clock: 0,
  types: 1,
  sql: 2,
  functions: 2,
  serde: 2,
  state: 2,
  broker: 2,
  metastore: 3,
  expressions: 3,
  analysis: 4,
  operators: 4,
  plan: 5,
  runtime: 6,
  engine: 7,
  server: 8,
  cli: 8,
  main: 9,
  index: 10,
  serve: 10,
  millrace: 11,
}

/** The tables of operators, functions, formats and statements may be imported as such; elsewhere files are imported, not folders. */
const TABLES = [
  'src/operators/index.ts',
  'src/functions/index.ts',
  'src/serde/index.ts',
  'src/engine/statements/index.ts',
]

interface Import {
  readonly file: string
  readonly line: number
  readonly target: string
  readonly typeOnly: boolean
}

const sources = ['src', 'grammar'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('generated'))
    .map((file) => join(folder, file)),
)

const imports: Import[] = sources.flatMap((file) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const specifier = /(?:from|import\()\s*'(\.{1,2}\/[^']+)'/.exec(text)?.[1]
      if (specifier === undefined) return []
      const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
      return [{ file, line: index + 1, target, typeOnly: /^(import|export) type /.test(text) }]
    }),
)

/** The command `millrace` starts servers and command lines alike, so it stands above both. */
const ENTRY = 'src/cli/millrace.ts'

/** The part of the architecture that a file belongs to: `src/sql/ast.ts` to `sql`, `src/main.ts` to `main`. */
function partOf(file: string): string {
  if (file === ENTRY) return 'millrace'
  const [top, second] = file.split('/')
  return top === 'grammar' ? 'grammar' : second!.replace(/\.ts$/, '')
}

test('every file belongs to a row', () => {
  const unknown = [...new Set(sources.map(partOf))].filter((part) => ROWS[part] === undefined)
  expect(unknown).toEqual([])
})

test('imports point down', () => {
  const upward = imports.filter(({ file, target }) => {
    const from = partOf(file)
    const to = partOf(target)
    return from !== to && ROWS[to]! >= ROWS[from]!
  })
  expect(upward.map(({ file, line, target }) => `${file}:${line} imports ${target}`)).toEqual([])
})

test('folders are imported by file, except the tables', () => {
  const barrels = imports.filter(({ file, target }) => {
    const isIndex = target.endsWith('/index.ts') && target !== 'src/index.ts'
    return isIndex && !TABLES.includes(target) && partOf(file) !== partOf(target)
  })
  expect(barrels.map(({ file, line, target }) => `${file}:${line} imports ${target}`)).toEqual([])
})

test('the grammar imports nothing but chevrotain and itself', () => {
  const foreign = sources
    .filter((file) => file.startsWith('grammar/'))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/from\s*'([^']+)'/g)]
        .map((match) => match[1]!)
        .filter((specifier) => specifier !== 'chevrotain' && !specifier.startsWith('./'))
        .map((specifier) => `${file} imports ${specifier}`),
    )
  expect(foreign).toEqual([])
})

test('there are no import cycles (types aside)', () => {
  const values = imports.filter(({ typeOnly }) => !typeOnly)
  const graph = new Map(
    sources.map((file) => [file, values.filter((found) => found.file === file).map(({ target }) => target)]),
  )
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' -> ')]
    if (done.has(file)) return []
    const cycles = (graph.get(file) ?? []).flatMap((target) => visit(target, [...path, file]))
    done.add(file)
    return cycles
  }
  expect([...graph.keys()].flatMap((file) => visit(file, []))).toEqual([])
})
