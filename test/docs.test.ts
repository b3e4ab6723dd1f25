import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { connectorPages } from '../src/connectors/reference.ts'
import { settingsReference } from '../src/engine/config/describe-settings.ts'
import { checkProperties, environmentProperties, fileProperties } from '../src/engine/config/given-properties.ts'
import { SERVER_SETTINGS } from '../src/engine/config/server-settings.ts'
import { STREAMS_SETTINGS } from '../src/engine/config/streams-settings.ts'
import { ERRORS } from '../src/errors.ts'
import { functionReference } from '../src/functions/describe-docs.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'
import { FORMATS } from '../src/serde/index.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

describe('docs/functions.md', () => {
  const text = read('docs/functions.md')

  it('is what scripts/generate-function-docs.ts writes', () => {
    expect(text).toBe(functionReference(BUILT_IN_FUNCTIONS))
  })

  it('has a section and a link for every function, and a line for every variant', () => {
    const calls = text.split('\n').filter((line) => / -> [A-Z]/.test(line))
    expect(calls).toHaveLength(BUILT_IN_FUNCTIONS.reduce((count, { variants }) => count + variants.length, 0))
    for (const { name } of BUILT_IN_FUNCTIONS) {
      expect(text).toContain(`\n### ${name}\n`)
      expect(text).toContain(`[${name}](#${name.toLowerCase()})`)
    }
  })

  it('has no line that is too wide to read', () => {
    expect(text.split('\n').filter((line) => line.length > 200)).toEqual([])
  })

  it('finds every function and parameter described in a sentence of its own', () => {
    for (const { name, description, variants } of BUILT_IN_FUNCTIONS) {
      expect(description, name).toMatch(/^\S.*\.$/)
      for (const { parameters } of variants) {
        for (const parameter of parameters)
          expect(parameter.description, `${name} ${parameter.name}`).toMatch(/^\S(?:.*[^.])?$/)
      }
    }
  })
})

describe('docs/configuration.md', () => {
  const settings = Object.entries({ ...SERVER_SETTINGS, ...STREAMS_SETTINGS })

  it('is what scripts/generate-settings-docs.ts writes', () => {
    expect(read('docs/configuration.md')).toBe(settingsReference())
  })

  it('finds every setting described in a sentence', () => {
    for (const [name, { description }] of settings) expect(description, name).toMatch(/^[^|]+[.]$/)
  })

  it('says of exactly those settings that they are without effect that the sources do not name', () => {
    const sources = globSync('src/**/*.ts', { cwd: new URL('..', import.meta.url) })
      .filter((path) => !/config.(server|streams)-settings\.ts$/.test(path))
      // Options of connectors have names of their own, some of which Kafka's clients have, too.
      .filter((path) => !/^src.(connectors|engine.foreign)./.test(path))
      .map(read)
    for (const [name, { isInert }] of settings) {
      const isNamed = sources.some((source) => source.includes(`'${name}'`))
      expect(isNamed, name).toBe(!isInert)
    }
  })
})

describe('pages for readers', () => {
  it('have no row or line that is too wide to read', () => {
    const pages = globSync(['*.md', 'docs/*.md'], { cwd: new URL('..', import.meta.url) })
    expect(pages.length).toBeGreaterThan(10)
    const wide = pages.flatMap((page) =>
      read(page)
        .split('\n')
        .flatMap((line, i) => (line.length > 200 ? [`${page}:${i + 1} has ${line.length} characters`] : [])),
    )
    expect(wide).toEqual([])
  })
})

describe('docs/architecture.md', () => {
  it('lists the path of a record: at most 13 files, each with the methods that an earlier one calls', () => {
    const rows = [...read('docs/architecture.md').matchAll(/^\| (\d+) \| .* \| `(src\/[^`]+)`.* \| (.*)\|$/gm)]
    const hops = rows.map(([, , path, methods]) => ({
      path: path!,
      source: read(path!),
      methods: [...methods!.matchAll(/`(\w+)`/g)].map(([, method]) => method!),
    }))
    expect(hops.length).toBeGreaterThan(10)
    expect(hops.length).toBeLessThanOrEqual(13)
    for (const { path, source, methods } of hops) {
      for (const method of methods) {
        expect(source, path).toMatch(new RegExp(`^ +${method}(: \\(|\\()`, 'm'))
        const callers = hops.filter((hop) => new RegExp(`[.]${method}\\(`).test(hop.source))
        expect(
          callers.map((hop) => hop.path).filter((caller) => caller !== path),
          `callers of ${method}`,
        ).not.toEqual([])
      }
    }
  })
})

describe('docs/formats.md', () => {
  it('describes every format in a row of its table', () => {
    const rows = read('docs/formats.md').matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)
    const described = [...rows].flatMap(([, names]) => names!.replaceAll('`', '').split(', '))
    expect(described).toEqual(expect.arrayContaining(Object.keys(FORMATS)))
  })
})

describe('docs/connectors', () => {
  it('has the pages that the declarations give', () => {
    const pages = globSync('docs/connectors/*.md', { cwd: new URL('..', import.meta.url) })
    const written = new Map(pages.map((page) => [page.replace('docs/connectors/', ''), read(page)]))
    expect(written).toEqual(new Map(connectorPages()))
  })
})

describe('docs/http-api.md', () => {
  it('names every route, and the server has every file of routes', () => {
    const files = globSync('src/server/routes/*.ts', { cwd: new URL('..', import.meta.url) })
    const paths = files.flatMap((file) =>
      [...read(file).matchAll(/\.(?:get|post)[^(]*\(\s*'(\/[^':]*)/g)].map(([, path]) => path!),
    )
    expect(paths.length).toBeGreaterThanOrEqual(files.length)
    const text = read('docs/http-api.md')
    // What the console reads beside the API stands under its own path, and is no one else's.
    const published = paths.filter((path) => !path.startsWith('/console/api/'))
    expect(published.filter((path) => !text.includes(path.replace(/\/$/, '') || '/'))).toEqual([])
    const app = read('src/server/app.ts')
    expect(files.filter((file) => !app.includes(`./${file.replace('src/server/', '')}'`))).toEqual([])
  })

  it('lists every refusal with its status and code', () => {
    const rows = read('docs/http-api.md').matchAll(/^\| (\d{3}) \| (\d{5}) \| \S.*\|$/gm)
    const listed = [...rows].map(([, status, errorCode]) => ({ status: Number(status), errorCode: Number(errorCode) }))
    expect(listed).toEqual(Object.values(ERRORS))
  })
})

/** Names with the prefixes of settings in the environment: the stream of the processing log, and a variable that Kubernetes sets for a service. */
const NO_SETTINGS: readonly string[] = ['KSQL_PROCESSING_LOG', 'MILLRACE_SERVICE_HOST']

describe('pages', () => {
  const pages = globSync(['*.md', 'docs/*.md', 'docs/connectors/*.md'], { cwd: new URL('..', import.meta.url) })

  it.each(pages)('%s links only to files that are there', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!)
    for (const target of targets) {
      const url = new URL(target, new URL(`../${page}`, import.meta.url))
      expect(existsSync(url), `${target} in ${page}`).toBe(true)
    }
  })

  it.each(pages)('%s names only settings that there are', (page) => {
    const text = read(page)
    const files = Array.from(text.matchAll(/^ *```properties\n(.*?)```$/gms), ([, file]) => file!)
    const variables = Array.from(text.matchAll(/\b(?:KSQL|MILLRACE)_[A-Z_]*[A-Z]\b/g), ([variable]) => variable)
    const ours = variables.filter((variable) => !NO_SETTINGS.includes(variable))
    expect(checkProperties(files.flatMap((file) => fileProperties(file, page)))).toEqual({ unknown: [], invalid: [] })
    expect(checkProperties(ours.flatMap((name) => environmentProperties({ [name]: 'x' }))).unknown).toEqual([])
  })
})
