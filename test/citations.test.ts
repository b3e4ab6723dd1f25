/** What comments refer to is there, and they are written in sentences. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

interface Comment {
  readonly place: string
  readonly text: string
}

const sources = ['src/**/*.ts', 'grammar/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/*', 'examples/**/*.ts']
  .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
  .filter((file) => /\.(?:ts|mjs)$/.test(file))

/** Each line of a comment by itself, without its marks. */
const comments: readonly Comment[] = sources.flatMap((file) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line, index): Comment[] => {
      const text = /^\s*(?:\/\*\*|\*(?!\/)|\/\/)\s?(.*?)(?:\s*\*\/)?$/.exec(line)?.[1]
      return text === undefined ? [] : [{ place: `${file}:${index + 1}`, text }]
    }),
)

const those = (found: readonly Comment[]) => found.map(({ place, text }) => `${place} ${text}`)

/** Anchors of a page as code hosts make them: lower case, words joined by hyphens. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.*)$/gm)
  return new Set(
    Array.from(headings, ([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}

function isThere(citation: string): boolean {
  const [page, anchor] = citation.split('#') as [string, string?]
  return existsSync(join(ROOT, page)) && (anchor === undefined || anchorsOf(page).has(anchor))
}

test('pages and files that comments name are in the tree', () => {
  const citation =
    /(?<![\w./-])(?:docs\/[\w-]+\.md(?:#[\w-]+)?|(?:src|test|bench|grammar|scripts)\/[\w./-]+\.(?:ts|mjs|json|sh))/g
  const broken = comments.filter(({ text }) => [...text.matchAll(citation)].some(([found]) => !isThere(found)))
  expect(those(broken)).toEqual([])
})

test('no comment cites a page outside of docs/, or a section by its number', () => {
  const page = /(?<![\w/-])[\w-]+\.md\b/
  const section = /\.md \d|\bsection \d/
  const known = new Set(['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'JOBS.md'])
  const broken = comments.filter(({ text }) => {
    const name = page.exec(text)?.[0]
    return section.test(text) || (name !== undefined && !known.has(name))
  })
  expect(those(broken)).toEqual([])
})

test('no comment is a fragment that begins with "Of", or says "anew"', () => {
  const clipped = comments.filter(
    ({ text, place }) =>
      (/^Of (?!course\b)/.test(text) || /\banew\b/i.test(text)) && !place.startsWith('test/citations'),
  )
  expect(those(clipped)).toEqual([])
})
