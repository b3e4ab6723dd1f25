/** The keywords of SQL in upper case. */
import { isKeyword, VOCABULARY } from '../../../grammar/tokens.ts'

export const KEYWORDS: ReadonlySet<string> = new Set(
  VOCABULARY.filter(isKeyword).map((token) => token.LABEL!.slice(1, -1)),
)
