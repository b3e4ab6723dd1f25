/** The names that the server knows, for completion. */
import { type KnownNames, NO_NAMES, withNames } from '../../engine/describe/known-names.ts'
import { execute } from '../api/http.ts'

const STATEMENTS =
  'SHOW STREAMS EXTENDED; SHOW TABLES EXTENDED; SHOW FUNCTIONS; SHOW TOPICS; SHOW QUERIES; SHOW TYPES; SHOW PROPERTIES;'

/** No names if the server does not answer: completion still has the words of the language. */
export async function loadNames(): Promise<KnownNames> {
  try {
    return (await execute(STATEMENTS)).reduce(withNames, NO_NAMES)
  } catch {
    return NO_NAMES
  }
}
