/** How far the copy of a store is, by its changelog. Plain data, as it crosses threads. */
export interface StoreLag {
  readonly queryId: string
  /** `<sub-topology>_<partition>`. */
  readonly taskId: string
  readonly store: string
  readonly partition: number
  readonly slot: number
  /** Offset of the first record that the copy does not have. */
  readonly offset: number
  /** The changelog's end; null: not known yet. */
  readonly endOffset: number | null
}

/** Records that the copy does not have; null: not known yet. */
export const lagOf = ({ offset, endOffset }: StoreLag): number | null =>
  endOffset === null ? null : Math.max(0, endOffset - offset)
