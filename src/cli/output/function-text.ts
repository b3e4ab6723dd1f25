/** DESCRIBE FUNCTION as text. */
import type { FunctionDescriptionEntity } from '../../engine/describe/entities.ts'
import { facts, indented } from './facts.ts'

type Description = Omit<FunctionDescriptionEntity, '@type' | 'statementText' | 'warnings'>
type Variant = Description['functions'][number]

/** The lines of DESCRIBE FUNCTION. `width`: columns of the terminal. */
export function functionText(description: Description, width: number): string {
  const { name, author, version, description: overview, type, path, functions, statements = [] } = description
  return [
    facts(
      [
        ['Name', name],
        ['Author', author],
        ['Version', version],
        ['Overview', overview],
        ['Type', type],
        ['Path', path === BUILT_IN ? undefined : path],
      ],
      width,
    ),
    'Variations  :',
    ...functions.map((variant) => `\n${indented(variantText(name, variant, width - INDENT), INDENT)}`),
    ...statements.map((statement) => `\n${statement}`),
  ].join('\n')
}

/** The path that ksqlDB gives for functions of its own. */
const BUILT_IN = 'internal'
const INDENT = 4

function variantText(name: string, variant: Variant, width: number): string {
  const signature = variant.arguments.map(
    (argument) => `${argument.name} ${argument.type}${argument.isVariadic ? '...' : ''}`,
  )
  return facts(
    [
      ['Variation', `${name}(${signature.join(', ')})`],
      ['Returns', variant.returnType],
      ['Description', variant.description],
      ...variant.arguments.map(({ name: argument, description }): [string, string] => [argument, description]),
    ],
    width,
  )
}
