/** How readers of lines plan their work. */
import { CHECK_ONLY, type ReaderOptions, type WantedColumn } from '../format.ts'

/** What is read of a line at first, and what only of records that pass: made by `make` for each wanted column for which there is work. */
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
