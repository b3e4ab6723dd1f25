/** What the values of some text settings must look like, so that a slip is found at the start and not by the first statement that meets it. */
import { FORMATS } from '../../serde/index.ts'

export interface TextForm {
  readonly accepts: (text: string) => boolean
  /** A sentence that follows "Invalid value x for configuration y." */
  readonly advice: string
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

export const FORMAT: TextForm = {
  accepts: (text) => Object.hasOwn(FORMATS, text.trim().toUpperCase()),
  advice: `It is a format: ${Object.keys(FORMATS).join(', ')}.`,
}

/** Names of topics, each a regular expression. */
export const TOPIC_PATTERNS: TextForm = {
  accepts: (text) => listed(text).every(isPattern),
  advice: 'It is a list of regular expressions, separated by commas.',
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(`^(?:${text})$`) instanceof RegExp
  } catch {
    return false
  }
}

export const ADDRESS: TextForm = {
  accepts: (text) => /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : ''),
  advice: 'It is an address that begins with http:// or https://, such as http://host:8088.',
}

/** Source: Kafka's `Topic.containsValidPattern`. */
export const PART_OF_TOPIC_NAME: TextForm = {
  accepts: (text) => /^[A-Za-z0-9._-]*$/.test(text),
  advice: 'It becomes part of names of topics, which consist of letters, digits, dots, underscores and hyphens.',
}

export const METHODS: TextForm = {
  accepts: (text) => listed(text).every((method) => HTTP_METHODS.has(method.toUpperCase())),
  advice: 'It is a list of HTTP methods, separated by commas.',
}

const HTTP_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export const PATH: TextForm = { accepts: (text) => text.trim() !== '', advice: 'It is a path.' }
