/** The function reference, docs/functions.md, written from the declarations. */
import type {
  AggregateVariant,
  Example,
  FunctionCategory,
  FunctionDeclaration,
  Parameter,
  ScalarVariant,
} from './declaration.ts'
import { createRegistry, type FunctionRegistry, formatRows } from './registry.ts'
import { allParameters } from './resolve.ts'
import { formatParameter } from './type-text.ts'

type Variant = FunctionDeclaration['variants'][number]

/** Each with what its functions have in common. */
const CATEGORIES: readonly (readonly [FunctionCategory, string])[] = [
  ['STRING', ''],
  [
    'REGULAR EXPRESSION',
    'Expressions are those of java.util.regex.Pattern, Java 21. No expression can hold a worker: one that needs too many steps on a text is\n' +
      'an error. Not supported are `\\N{name}` (write the character itself, or `\\x{...}`), and `\\X` in a look-behind.\n' +
      'A constant expression that does not compile is refused with its statement.',
  ],
  [
    'DATE / TIME',
    'Patterns are those of java.time.format.DateTimeFormatter in English, but for PARSE_DATE. `MMMM`, `LLLL` and `EEEE` read full and short\n' +
      'names. Fields that a text leaves out are those of 1970-01-01T00:00. A constant pattern or time zone that can be of no use is refused\n' +
      'with its statement; for years, months and days write `yyyy-MM-dd`.\n\n' +
      '| letters | stand for | letters | stand for |\n|---|---|---|---|\n' +
      '| `yyyy` | year | `HH` | hour, 0 to 23 |\n' +
      '| `MM`, `MMM`, `MMMM` | month: 05, May, May | `hh`, `a` | hour, 1 to 12, with AM or PM |\n' +
      '| `dd` | day of the month | `mm`, `ss` | minute, second |\n' +
      '| `EEE`, `EEEE` | Mon, Monday | `SSS` | milliseconds |\n' +
      '| `D` | day of the year | `X`, `XXX`, `Z` | offset: +02, +02:00, +0200 |\n' +
      '| `YYYY`, `ww` | year and number of a week | `z`, `VV` | time zone: CEST, Europe/Paris |\n' +
      "| `'T'` | the text T | `[...]` | may be missing |",
  ],
  ['MATHEMATICAL', 'Roots, logarithms and angles may differ from Java in the last bit.'],
  ['CONDITIONAL', ''],
  ['ARRAY', 'Elements count from 1.'],
  ['MAP', ''],
  ['LAMBDA', 'A lambda is written `x => x * 2`, or `(key, value) => value * 2`.'],
  ['JSON', 'These work on JSON in STRING columns.'],
  ['URL', ''],
  ['CONVERSIONS', ''],
  ['OTHER', ''],
  ['AGGREGATE', 'They need GROUP BY. Arguments after the columns must be constants.'],
  ['TABLE', 'They give a row per value, in the SELECT of a stream.'],
]

const INTRODUCTION = `# Functions

Written by \`scripts/generate-function-docs.ts\` from the declarations in \`src/functions/\`; change those, not this file.

Names are matched in any case. \`...\` stands for zero or more arguments, single letters for any type. A column that depends on a
function that fails becomes NULL, and the processing log says why. Results are shown as \`CAST(... AS STRING)\` writes them.
\`DESCRIBE FUNCTION name;\` shows a function in the console.
`

/** Markdown: an index, then a section per category with its functions by name. */
export function functionReference(declarations: readonly FunctionDeclaration[]): string {
  const registry = createRegistry(declarations)
  const categories = CATEGORIES.map(([category, text]) => ({
    category,
    text,
    members: declarations
      .filter((declaration) => declaration.category === category)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  })).filter(({ members }) => members.length > 0)
  const index = categories.map(({ category, members }) => indexEntry(category, members))
  const sections = categories.map(({ category, text, members }) => {
    const functions = members.map((declaration) => functionSection(declaration, registry))
    return `\n## ${title(category)}\n${text === '' ? '' : `\n${text}\n`}${functions.join('')}`
  })
  return `${INTRODUCTION}\n${index.join('\n')}\n${sections.join('')}`
}

const LINKS_PER_LINE = 4

/** A link per function, some on each line. */
function indexEntry(category: FunctionCategory, members: readonly FunctionDeclaration[]): string {
  const links = members.map(({ name }) => `[${name}](#${name.toLowerCase()})`)
  const lines: string[] = []
  for (let i = 0; i < links.length; i += LINKS_PER_LINE) lines.push(links.slice(i, i + LINKS_PER_LINE).join(', '))
  return `- **${title(category)}**:\n  ${lines.join(',\n  ')}`
}

function functionSection(declaration: FunctionDeclaration, registry: FunctionRegistry): string {
  const results = registry.describe(declaration.name).functions.map(({ returnType }) => returnType)
  const calls = declaration.variants.map((variant, i) => `${callText(declaration, variant)} -> ${results[i]!}`)
  const example = declaration.example === undefined ? '' : `\n\n${exampleText(declaration.example)}`
  const parts = [
    `### ${declaration.name}`,
    descriptionOf(declaration),
    `\`\`\`text\n${calls.join('\n')}${example}\n\`\`\``,
    parameterList(declaration),
    nullText(declaration),
  ]
  return `\n${parts.filter((part) => part !== '').join('\n\n')}\n`
}

const MAX_WIDTH = 140

/** On one line if it is short, else with a line per parameter. */
function callText({ name }: FunctionDeclaration, variant: Variant): string {
  const parameters = allParameters(variant).map(formatParameter)
  const line = `${name}(${parameters.join(', ')})`
  return line.length <= MAX_WIDTH ? line : `${name}(\n  ${parameters.join(',\n  ')})`
}

/** The description of the function, and those of its variants with the parameters that tell them apart. */
function descriptionOf(declaration: FunctionDeclaration): string {
  const isAlone = declaration.variants.length === 1
  const more = declaration.variants.flatMap((variant) => {
    if (variant.description === undefined) return []
    const names = allParameters(variant).map(({ name }) => name)
    return [isAlone ? variant.description : `\`(${names.join(', ')})\`: ${variant.description}`]
  })
  if (isAlone) return [declaration.description, ...more].join(' ')
  return [declaration.description, ...new Set(more).values().map((line) => `- ${line}`)].join('\n')
}

/** Each parameter once, with all that the variants say about it. */
function parameterList({ variants }: FunctionDeclaration): string {
  const texts = new Map<string, Set<string>>()
  for (const { name, description } of variants.flatMap(allParameters)) {
    const known = texts.get(name)
    if (known === undefined) texts.set(name, new Set([description]))
    else known.add(description)
  }
  return [...texts].map(([name, descriptions]) => `- *${name}*: ${[...descriptions].join('; or ')}.`).join('\n')
}

function nullText(declaration: FunctionDeclaration): string {
  const texts = new Set(declaration.variants.map((variant) => nullBehaviour(declaration, variant)))
  return [...texts].filter((text) => text !== '').join(' ')
}

function nullBehaviour(declaration: FunctionDeclaration, variant: Variant): string {
  if (declaration.kind === 'table') return ''
  if (declaration.kind === 'aggregate') {
    return (variant as AggregateVariant).hasUndo ? 'Over streams and tables.' : 'Over streams only.'
  }
  const refusing = variant.parameters.filter(refusesNull).map(({ name }) => `*${name}*`)
  const propagates = (variant as ScalarVariant).nulls === 'propagate'
  const others = propagates ? ' Any other NULL argument gives NULL.' : ''
  if (refusing.length > 0) return `NULL as ${refusing.join(', ')} is an error.${others}`
  return propagates && variant.parameters.length > 0 ? 'A NULL argument gives NULL.' : ''
}

/** Lower-case type texts, see declaration.ts. */
const refusesNull = ({ type }: Parameter): boolean => /^(?:int|long|double|boolean)\b/.test(type)

function exampleText({ call, result, over }: Example): string {
  const rows = over === undefined ? '' : `\n-- over the rows ${formatRows(over)}`
  return `${call}${rows}\n--> ${result}`
}

const title = (category: FunctionCategory): string =>
  category
    .toLowerCase()
    .replace(/^json|^url/, (name) => name.toUpperCase())
    .replace(/^./, (first) => first.toUpperCase())
