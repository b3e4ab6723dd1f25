/** Prefixes of names that are accepted whatever follows them. */

/** Prefixes of names that requests may set, whatever follows. */
export const OPEN_PREFIXES: readonly string[] = [
  'ksql.functions.',
  'ksql.streams.',
  'consumer.',
  'producer.',
  'admin.',
  'main.consumer.',
  'restore.consumer.',
]

/** Prefixes of names that are passed on to the part of the server that they name; requests cannot set them. */
export const SERVER_PREFIXES: readonly string[] = [
  'ssl.',
  'sasl.',
  'authentication.',
  'access.control.',
  'ksql.server.',
  'ksql.schema.registry.',
  'ksql.connect.',
]
