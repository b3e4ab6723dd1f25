/** Figures side by side. */
import type { ComponentChildren } from 'preact'

export interface Tile {
  readonly name: string
  readonly value: ComponentChildren
  /** What the figure means for the reader. */
  readonly kind?: 'warn' | 'bad'
  readonly title?: string
  /** Whether it takes the place of two: for a name. */
  readonly isWide?: boolean
}

export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  return (
    <dl class="tiles">
      {tiles.map(({ name, value, kind, title, isWide = false }) => (
        <div class={`tile ${kind ?? ''} ${isWide ? 'wide' : ''}`} key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
