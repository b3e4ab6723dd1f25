/** The function reference, docs/functions.md, written from the declarations. */
import type {
  AggregateVariant,
  FunctionCategory,
  FunctionDeclaration,
  Parameter,
  ScalarVariant,
} from './declaration.ts'
import { createRegistry } from './registry.ts'
import { allParameters } from './resolve.ts'
import { formatParameter } from './type-text.ts'

type Variant = FunctionDeclaration['variants'][number]

const CATEGORIES: readonly FunctionCategory[] = [
  'STRING',
  'REGULAR EXPRESSION',
  'DATE / TIME',
  'MATHEMATICAL',
  'CONDITIONAL',
  'ARRAY',
  'MAP',
  'LAMBDA',
  'JSON',
  'URL',
  'CONVERSIONS',
  'OTHER',
  'AGGREGATE',
  'TABLE',
]

const INTRODUCTION = `# Functions

Written by \`scripts/generate-function-docs.ts\` from the declarations in \`src/functions/\`; change those, not this file.

Names are matched in any case. \`...\` stands for zero or more arguments, single letters for any type. A column that depends on a
function that fails becomes NULL, and the processing log says why. The last column tells what NULL arguments do.
`

/** Markdown with one table per category, functions by name. */
export function functionReference(declarations: readonly FunctionDeclaration[]): string {
  const registry = createRegistry(declarations)
  const sections = CATEGORIES.map((category) => {
    const members = declarations.filter((declaration) => declaration.category === category)
    if (members.length === 0) return ''
    const rows = members
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((declaration) => {
        const results = registry.describe(declaration.name).functions.map(({ returnType }) => returnType)
        return declaration.variants.map((variant, i) =>
          row(declaration, variant, { result: results[i]!, isFirst: i === 0 }),
        )
      })
    return `\n## ${title(category)}\n\n| call | result | description | NULL arguments |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return INTRODUCTION + sections.join('')
}

function row(
  declaration: FunctionDeclaration,
  variant: Variant,
  { result, isFirst }: { result: string; isFirst: boolean },
): string {
  const call = `\`${declaration.name}(${allParameters(variant).map(formatParameter).join(', ')})\``
  const text = [...(isFirst ? [declaration.description] : []), variant.description ?? '', ...parameterTexts(variant)]
  const cells = [
    call,
    `\`${result}\``,
    text.filter((part) => part !== '').join(' '),
    nullBehaviour(declaration, variant),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const parameterTexts = (variant: Variant): string[] =>
  allParameters(variant).map(({ name, description }) => `*${name}*: ${description}.`)

function nullBehaviour(declaration: FunctionDeclaration, variant: Variant): string {
  if (declaration.kind === 'table') return 'no rows'
  if (declaration.kind === 'aggregate') {
    return (variant as AggregateVariant).hasUndo
      ? 'see description; also over tables'
      : 'see description; over streams only'
  }
  const refusing = variant.parameters.filter(refusesNull).map(({ name }) => `*${name}*`)
  const propagates = (variant as ScalarVariant).nulls === 'propagate'
  if (refusing.length > 0) return `error in ${refusing.join(', ')}${propagates ? ', else NULL' : ''}`
  if (variant.parameters.length === 0) return ''
  return propagates ? 'NULL' : 'see description'
}

/** Lower-case type texts, see declaration.ts. */
const refusesNull = ({ type }: Parameter): boolean => /^(?:int|long|double|boolean)\b/.test(type)

const title = (category: FunctionCategory): string =>
  category
    .toLowerCase()
    .replace(/^json|^url/, (name) => name.toUpperCase())
    .replace(/^./, (first) => first.toUpperCase())
