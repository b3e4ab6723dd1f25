import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { grammarDocuments } from '../../../grammar/document.ts'
import { diagramAsset } from '../../../scripts/diagram-assets.ts'

describe('grammar/generated', () => {
  const documents = grammarDocuments(diagramAsset)

  it.each(Object.entries(documents))('%s is what npm run grammar writes', (name, content) => {
    const written = readFileSync(new URL(`../../../grammar/generated/${name}`, import.meta.url), 'utf8')
    expect(written === content, 'run: npm run grammar').toBe(true)
  })

  it('draws diagrams without any other file', () => {
    expect(documents['railroad.html']).not.toMatch(/(?:src|href)=['"]/)
  })
})
