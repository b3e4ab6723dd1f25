import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { functionReference } from '../src/functions/describe-docs.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'

describe('docs/functions.md', () => {
  const text = readFileSync(new URL('../docs/functions.md', import.meta.url), 'utf8')

  it('is what scripts/generate-function-docs.ts writes', () => {
    expect(text).toBe(functionReference(BUILT_IN_FUNCTIONS))
  })

  it('has a row for every variant of every function', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| `'))
    expect(rows).toHaveLength(BUILT_IN_FUNCTIONS.reduce((count, { variants }) => count + variants.length, 0))
    for (const { name } of BUILT_IN_FUNCTIONS) expect(text).toContain(`| \`${name}(`)
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
