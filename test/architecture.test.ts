import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/**
 * Floors of the architecture, the lowest first. A place is a folder (its own files; sub-folders have rows of their own) or a file, without
 * `src/` and `.ts`. A place imports from lower floors only, never from another place on its own floor. Type-only imports count too.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['grammar', 'errors', 'assert', 'clock', 'mutex', 'suggest', 'layered-map'],
  ['types', 'http', 'regex'],
  ['registry', 'connect', 'datagen'],
  ['sql', 'functions', 'serde', 'state', 'broker'],
  ['metastore', 'expressions'],
  ['analysis', 'operators'],
  ['plan'],
  ['runtime'],
  ['connectors'],
  ['engine'],
  ['testing', 'client'],
  ['server', 'cli', 'console'],
  ['main'],
  ['index', 'serve'],
  ['cli/millrace'],
]

/**
 * Floors within a folder that has sub-folders, the lowest first, by the same rule. A name that ends in a slash is a folder without the file of
 * the same name beside it.
 */
const INNER_FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  registry: [['registry'], ['registry/rules'], ['registry/in-process', 'registry/http']],
  regex: [['regex/java-regex/'], ['regex/java-regex']],
  sql: [['sql/ast'], ['sql']],
  functions: [
    ['functions', 'functions/time-pattern', 'functions/javascript/prelude'],
    ['functions/scalar', 'functions/aggregate', 'functions/table', 'functions/javascript'],
    ['functions/index'],
  ],
  serde: [
    ['serde/lines/line-pattern'],
    ['serde'],
    ['serde/avro', 'serde/delimited', 'serde/json', 'serde/protobuf/imports'],
    ['serde/json-sr', 'serde/protobuf', 'serde/lines'],
    ['serde/csv', 'serde/line', 'serde/pattern'],
    ['serde/index'],
  ],
  expressions: [
    ['expressions'],
    ['expressions/typecheck', 'expressions/compile/'],
    ['expressions/generate'],
    ['expressions/compile'],
    ['expressions/constant'],
  ],
  state: [
    ['state/store'],
    ['state/key', 'state/sorted-map'],
    ['state/index-text', 'state/bytes'],
    ['state/memory', 'state/lmdb'],
    ['state/lmdb/indexes', 'state/lmdb/runs'],
    ['state/lmdb/lmdb-key-value'],
    ['state/lmdb/task-state'],
  ],
  runtime: [
    ['runtime'],
    ['runtime/task', 'runtime/stores'],
    ['runtime/reading'],
    ['runtime/worker/output'],
    ['runtime/worker'],
    ['runtime/threads', 'runtime/queries', 'runtime/cluster'],
  ],
  operators: [
    ['operators'],
    ['operators/table', 'operators/stateless', 'operators/aggregate'],
    ['operators/distinct'],
    ['operators/join', 'operators/changes'],
    ['operators/index'],
    ['operators/expressions-of', 'operators/inputs', 'operators/materialized-view'],
    ['operators/old-value'],
  ],
  analysis: [['analysis'], ['analysis/normal-form']],
  plan: [['plan'], ['plan/clauses', 'plan/statements'], ['plan/relations'], ['plan/queries'], ['plan/change']],
  connectors: [
    ['connectors'],
    ['connectors/delivery', 'connectors/postgres'],
    ['connectors/sinks', 'connectors/sources'],
    ['connectors/index'],
    ['connectors/reference'],
    ['connectors/run'],
    ['connectors/threads'],
  ],
  engine: [
    ['engine/foreign'],
    ['engine', 'engine/config'],
    ['engine/commands', 'engine/session'],
    ['engine/cluster'],
    ['engine/describe'],
    ['engine/api', 'engine/statement-failure'],
    ['engine/schemas'],
    ['engine/inserts', 'engine/parse-request', 'engine/pull-plans'],
    ['engine/observe', 'engine/parts'],
    ['engine/scope'],
    ['engine/connectors', 'engine/replace'],
    ['engine/statements/handler'],
    ['engine/queries', 'engine/statements'],
    ['engine/statements/connectors', 'engine/statements/show'],
    ['engine/statements/index'],
    ['engine/statement-runner'],
    ['engine/open-query'],
    ['engine/engine'],
  ],
  testing: [['testing'], ['testing/json', 'testing/reports']],
  cli: [
    ['cli/client', 'cli/output'],
    ['cli', 'cli/rows', 'cli/migrations', 'cli/import', 'cli/functions', 'cli/deploy'],
    ['cli/repl'],
    ['cli/commands'],
    ['cli/program'],
  ],
  console: [
    ['console/api', 'console/sql/text'],
    ['console/parts'],
    ['console/table'],
    ['console/graph', 'console/sql'],
    ['console/pages'],
    ['console'],
  ],
  server: [
    ['server/listener'],
    ['server/net', 'server/rows', 'server/console'],
    ['server'],
    ['server/openapi'],
    ['server/routes'],
    ['server/websocket-query'],
    ['server/websocket-queries'],
    ['server/websocket'],
    ['server/app', 'server/connections'],
    ['server/options'],
    ['server/server'],
  ],
  broker: [
    ['broker'],
    ['broker/kafka/protocol', 'broker/embedded/segments'],
    ['broker/kafka/security'],
    ['broker/kafka/cluster', 'broker/embedded/upkeep'],
    ['broker/kafka/groups', 'broker/kafka/fetch', 'broker/embedded/catalogue'],
    ['broker/kafka/produce', 'broker/embedded'],
    ['broker/kafka'],
  ],
}

/** A folder with more files than this wants sub-folders, named for places of work. */
const MOST_FILES = 30

/** The tables of operators, functions, formats, connectors and statements may be imported as such; elsewhere files are imported, not folders. */
const TABLES = [
  'src/operators/index.ts',
  'src/functions/index.ts',
  'src/serde/index.ts',
  'src/connectors/index.ts',
  'src/engine/statements/index.ts',
]

interface Import {
  readonly file: string
  readonly line: number
  readonly target: string
}

const sources = ['src', 'grammar'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes('generated'))
    .map((file) => join(folder, file)),
)

const imports: Import[] = sources.flatMap((file) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const specifier = /(?:from|import\()\s*'(\.{1,2}\/[^']+)'/.exec(text)?.[1]
      if (specifier === undefined) return []
      const target = relative(ROOT, resolve(ROOT, dirname(file), specifier))
      return [{ file, line: index + 1, target }]
    }),
)

const placeName = (file: string) => file.replace(/^src\//, '').replace(/\.tsx?$/, '')

/** The longest of `places` that holds `file`: the file itself, its folder, or, where `isDeep`, a folder above. */
function placeOf(file: string, places: readonly string[], isDeep: boolean): string | undefined {
  const path = placeName(file)
  if (places.includes(path)) return path
  const named = (folder: string) => [`${folder}/`, folder].find((place) => places.includes(place))
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const place = named(path.slice(0, end))
    if (place !== undefined) return place
    if (!isDeep) return undefined
  }
  return undefined
}

const topPlace = (file: string) => placeOf(file, FLOORS.flat(), true)

/** Whether `file` may import `target` by `floors`; null where both are in one place, or one is in none. */
function pointsDown(floors: readonly (readonly string[])[], isDeep: boolean, { file, target }: Import): boolean | null {
  const from = placeOf(file, floors.flat(), isDeep)
  const to = placeOf(target, floors.flat(), isDeep)
  if (from === undefined || to === undefined || from === to) return null
  const floorOf = (place: string) => floors.findIndex((floor) => floor.includes(place))
  return floorOf(to) < floorOf(from)
}

test('docs/architecture.md lists the floors', () => {
  const rows = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8').matchAll(
    /^\| \d+ \| ((?:`[\w/-]+`(?:, )?)+) \|$/gm,
  )
  const listed = [...rows].map(([, names]) => names!.replaceAll('`', '').split(', '))
  expect(listed).toEqual(FLOORS)
})

test('every file has a place on a floor', () => {
  const topless = sources.filter((file) => topPlace(file) === undefined)
  const homeless = sources.filter((file) => {
    const inner = INNER_FLOORS[topPlace(file) ?? '']
    return inner !== undefined && placeOf(file, inner.flat(), false) === undefined
  })
  expect([...topless, ...homeless]).toEqual([])
})

test('every folder with sub-folders has a row of floors, on which each of them stands', () => {
  const folders = new Set(sources.map((file) => placeName(dirname(file))).filter((folder) => folder.includes('/')))
  const unplaced = [...folders].filter((folder) => {
    const places = (INNER_FLOORS[topPlace(`src/${folder}/any.ts`) ?? ''] ?? []).flat()
    return !places.includes(folder) && !places.includes(`${folder}/`)
  })
  expect(unplaced).toEqual([])
})

test('imports point down', () => {
  const upward = imports.filter((found) => {
    const top = topPlace(found.file)
    const inner = top === topPlace(found.target) ? INNER_FLOORS[top ?? ''] : undefined
    return (inner ? pointsDown(inner, false, found) : pointsDown(FLOORS, true, found)) === false
  })
  expect(upward.map(({ file, line, target }) => `${file}:${line} imports ${target}`)).toEqual([])
})

test('folders are imported by file, except the tables', () => {
  const barrels = imports.filter(({ file, target }) => {
    const isIndex = target.endsWith('/index.ts') && target !== 'src/index.ts'
    return isIndex && !TABLES.includes(target) && topPlace(file) !== topPlace(target)
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

test('there are no import cycles', () => {
  const graph = new Map(
    sources.map((file) => [file, imports.filter((found) => found.file === file).map(({ target }) => target)]),
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

test('no folder has more files than a reader can take in at once', () => {
  const counts = new Map<string, number>()
  for (const file of sources) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([])
})
