/** DESCRIBE FUNCTION as text. */
import type { FunctionDescriptionEntity } from '../../engine/describe/entities.ts'
import { facts, indented } from './facts.ts'

type Description = Omit<FunctionDescriptionEntity, '@type' | 'statementText' | 'warnings'>
type Variant = Description['functions'][number]

/** The lines of DESCRIBE FUNCTION. */
export function functionText(description: Description): string {
  const { name, author, version, description: overview, type, path, functions } = description
  return [
    facts([
      ['Name', name],
      ['Author', author],
      ['Version', version],
      ['Overview', overview],
      ['Type', type],
      ['Jar', path],
    ]),
    'Variations  :',
    ...functions.map((variant) => `\n${indented(variantText(name, variant), 4)}`),
  ].join('\n')
}

function variantText(name: string, variant: Variant): string {
  const signature = variant.arguments.map(
    (argument) => `${argument.name} ${argument.type}${argument.isVariadic ? '...' : ''}`,
  )
  return facts([
    ['Variation', `${name}(${signature.join(', ')})`],
    ['Returns', variant.returnType],
    ['Description', variant.description],
    ...variant.arguments.map(({ name: argument, description }): [string, string] => [argument, description]),
  ])
}
