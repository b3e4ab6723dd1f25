/** What all nodes of the abstract syntax tree have in common. */
import type { Location } from '../../errors.ts'

export interface Node {
  /** Where the node starts in the text that was parsed; absent on nodes that were made and not parsed. */
  readonly location?: Location
}
