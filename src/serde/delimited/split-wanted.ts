/** How readers of lines plan their work. */
import { CHECK_ONLY, type ReaderOptions, type WantedColumn } from '../format.ts'

/**
 * The fields that are read of every line, and those that are read only of records that pass the filter. `make` makes one for each wanted
 * column that has to be parsed.
 */
export function splitWanted<Field>(
  { columns, wanted }: Pick<ReaderOptions, 'columns' | 'wanted'>,
  make: (wanted: WantedColumn) => Field,
): { readonly first: readonly Field[]; readonly rest: readonly Field[] } {
  // Every text is a STRING, so there is nothing to check.
  const ofUse = wanted.filter(({ column, target }) => target !== CHECK_ONLY || columns[column]!.type.kind !== 'STRING')
  return {
    first: ofUse.filter(({ first }) => first).map(make),
    rest: ofUse.filter(({ first }) => !first).map(make),
  }
}
