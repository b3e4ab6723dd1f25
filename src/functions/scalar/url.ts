/** Parts of URLs, and the encoding of their parameters. */
import type { Value } from '../../types/value.ts'
import { type Example, type FunctionDeclaration, parameter, scalar } from '../declaration.ts'
import { decodePercent, parseUri, type Uri } from './uri.ts'

const URL_TEXT = parameter('url', 'STRING', 'URL to parse')

export const urlFunctions: readonly FunctionDeclaration[] = [
  part(
    'URL_EXTRACT_PROTOCOL',
    { call: "URL_EXTRACT_PROTOCOL('https://a.example/')", result: 'https' },
    'STRING',
    'The protocol of a URL, such as https.',
    ({ scheme }) => scheme,
  ),
  part(
    'URL_EXTRACT_HOST',
    { call: "URL_EXTRACT_HOST('https://a.example:8080/b')", result: 'a.example' },
    'STRING',
    'The host of a URL.',
    ({ host }) => host,
  ),
  part(
    'URL_EXTRACT_PORT',
    { call: "URL_EXTRACT_PORT('https://a.example:8080/b')", result: '8080' },
    'INT',
    'The port of a URL.',
    ({ port }) => port,
  ),
  part(
    'URL_EXTRACT_PATH',
    { call: "URL_EXTRACT_PATH('https://a.example/b/c?d=1')", result: '/b/c' },
    'STRING',
    'The path of a URL, decoded; empty if there is none.',
    ({ path }) => decoded(path),
  ),
  part(
    'URL_EXTRACT_QUERY',
    { call: "URL_EXTRACT_QUERY('https://a.example/?page=2&q=x')", result: 'page=2&q=x' },
    'STRING',
    'The query of a URL, decoded.',
    ({ query }) => decoded(query),
  ),
  part(
    'URL_EXTRACT_FRAGMENT',
    { call: "URL_EXTRACT_FRAGMENT('https://a.example/b#top')", result: 'top' },
    'STRING',
    'The fragment of a URL, decoded.',
    ({ fragment }) => decoded(fragment),
  ),
  scalar({
    name: 'URL_EXTRACT_PARAMETER',
    cost: 'linear',
    category: 'URL',
    description: 'The value of the first parameter of that name in the query of a URL; NULL if there is none.',
    example: { call: "URL_EXTRACT_PARAMETER('https://a.example/?page=2&q=x', 'page')", result: '2' },
    variants: [
      {
        parameters: [URL_TEXT, parameter('name', 'STRING', 'name of the parameter')],
        returns: 'STRING',
        nulls: 'propagate',
        description: 'Empty if the parameter has no value.',
        call: (url: string, name: string) => queryParameter(decoded(parseUri(url).query) ?? '', name),
      },
    ],
  }),
  scalar({
    name: 'URL_ENCODE_PARAM',
    cost: 'linear',
    category: 'URL',
    description: 'Encodes a text as a parameter of the query of a URL.',
    example: { call: "URL_ENCODE_PARAM('a b&c')", result: 'a+b%26c' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to encode')],
        returns: 'STRING',
        nulls: 'propagate',
        call: encodeForm,
      },
    ],
  }),
  scalar({
    name: 'URL_DECODE_PARAM',
    cost: 'linear',
    category: 'URL',
    description: 'Decodes a parameter of the query of a URL.',
    example: { call: "URL_DECODE_PARAM('a+b%26c')", result: 'a b&c' },
    variants: [
      {
        parameters: [parameter('text', 'STRING', 'text to decode')],
        returns: 'STRING',
        nulls: 'propagate',
        call: (text: string) => {
          if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new Error(`'${text}' has a % without two hexadecimal digits.`)
          return decodePercent(text.replaceAll('+', ' '))
        },
      },
    ],
  }),
]

function part(
  name: string,
  example: Example,
  returns: string,
  description: string,
  take: (uri: Uri) => Value,
): FunctionDeclaration {
  return scalar({
    name,
    cost: 'linear',
    category: 'URL',
    description,
    example,
    variants: [
      {
        parameters: [URL_TEXT],
        returns,
        nulls: 'propagate',
        description: 'NULL if the URL has none.',
        call: (url: string) => take(parseUri(url)),
      },
    ],
  })
}

const decoded = (text: string | null): string | null => (text === null ? null : decodePercent(text))

function queryParameter(query: string, name: string): string | null {
  for (const parameterText of query.split('&')) {
    const equals = parameterText.indexOf('=')
    if (equals === -1 ? parameterText === name : parameterText.slice(0, equals) === name) {
      return equals === -1 ? '' : parameterText.slice(equals + 1)
    }
  }
  return null
}

/** application/x-www-form-urlencoded as java.net.URLEncoder writes it: letters, digits and `.-*_` stay, a lone surrogate becomes `?`. */
function encodeForm(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '?'))
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
