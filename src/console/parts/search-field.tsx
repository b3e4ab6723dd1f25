/** A field whose text narrows down what is shown beside it. */

interface SearchFieldProps {
  readonly label: string
  /** What stands in the empty field. Default: the label. */
  readonly hint?: string
  readonly class?: string
  readonly onSearch: (text: string) => void
}

export function SearchField({ label, hint = label, class: names, onSearch }: SearchFieldProps) {
  return (
    <input
      type="search"
      class={names}
      placeholder={hint}
      aria-label={label}
      onInput={(event) => onSearch(event.currentTarget.value)}
    />
  )
}
