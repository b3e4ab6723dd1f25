/** Options for headers that a request to a web service has besides those of its kind. */
import { type OptionDeclaration, OptionError, type Options } from '../options.ts'

export const REQUEST_HEADER_OPTIONS: readonly OptionDeclaration[] = [
  {
    name: 'headers',
    type: 'text',
    default: '',
    description: 'Additional headers, each as `Name: value`, separated by `|`.',
  },
  {
    name: 'authorization',
    type: 'text',
    default: null,
    isSecret: true,
    description: 'Value of the `Authorization` header, instead of `username` and `password`.',
  },
]

/** Throws an OptionError for a header without a colon. */
export function headersOf(options: Options): Record<string, string> {
  return Object.fromEntries(
    options
      .text('headers')
      .split('|')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const colon = part.indexOf(':')
        if (colon <= 0)
          throw new OptionError(
            'headers',
            `The option 'headers' takes 'Name: value', separated by '|', not '${part.trim()}'.`,
          )
        return [part.slice(0, colon).trim().toLowerCase(), part.slice(colon + 1).trim()]
      }),
  )
}
