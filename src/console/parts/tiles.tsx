/** Figures side by side. */
import type { ComponentChildren } from 'preact'

export interface Tile {
  readonly name: string
  readonly value: ComponentChildren
  /** What the figure means for the reader. */
  readonly kind?: 'warn' | 'bad'
  readonly title?: string
}

export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  return (
    <dl class="tiles">
      {tiles.map(({ name, value, kind, title }) => (
        <div class={`tile ${kind ?? ''}`} key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
