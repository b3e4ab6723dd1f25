/** Names with their values, one per line. */
import { padEnd, printable } from './width.ts'

const NAME_WIDTH = 20

/** `Name                 : value`; facts without a value are left out. */
export function facts(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  return pairs
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${padEnd(name, NAME_WIDTH)} : ${printable(value!)}`)
    .join('\n')
}

/** `text` with `blanks` spaces before each line that is not empty. */
export const indented = (text: string, blanks: number): string => text.replaceAll(/^(?=.)/gm, ' '.repeat(blanks))
