/** Texts that functions may find hard: of every syntax that some function reads, damaged, huge, or anything. */
import fc from 'fast-check'

const TIMES = [
  '2020-02-29',
  '2020-02-29T23:59:59.999Z',
  '12:30:00',
  '10:20 pm',
  '2020',
  '29 Feb 2020',
  '10000000-01-01',
  '-1',
  '2020-02-30',
  '24:00:00',
]
/** Those that go with the times come often enough to meet them. */
const USUAL_FORMATS = ['yyyy-MM-dd', 'HH:mm:ss', 'yyyy', 'dd MMM yyyy', 'hh:mm a']
const FORMATS = [
  ...USUAL_FORMATS,
  ...USUAL_FORMATS,
  ...USUAL_FORMATS,
  ...['uuuu', 'GGGG', 'e', 'n', 'VV', 'zzzz', 'yyyyyyyyyyyyyyyyyyyy', 'ww', 'D'],
  ...["yyyy-MM-dd'T'HH:mm:ss.SSSX", '[yyyy[-MM]]', "'", '[', '{', 'SSSSSSSSSSSSSSSSSSSSSSSSSSSSS'],
]
const ZONES = ['UTC', 'Europe/London', 'America/New_York', '+0200', 'GMT+25', 'Z', '-18:00', 'Nowhere']
const ENCODINGS = ['hex', 'utf8', 'ascii', 'base64', 'HEX', 'rot13']
const CHARACTERS = ['*', 'X', '😀', '', 'xx']

/** By what a parameter is called, where it matters by the category of the function too. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  'DATE / TIME text': TIMES,
  'DATE / TIME from': ZONES,
  'DATE / TIME to': ZONES,
  format: FORMATS,
  timezone: ZONES,
  pattern: [
    ...[
      '(a+)+$',
      '(a|a)*b',
      '[',
      '(?<n>a)\\k<n>',
      '(?=a)',
      '\\p{Lu}+',
      '.*',
      '(',
      '(?i)A',
      '^$',
      '',
      'a',
      '([a-z])([0-9]?)',
    ],
    ...[
      'a{1000000000}',
      '((a{99}){99}){99}',
      '[a-z&&[^b]]',
      '\\Qa.b\\E',
      '(.*)*',
      '(?s).',
      '\\b',
      '(x+x+)+y',
      'a*+a',
      '\\R',
    ],
  ],
  replacement: ['$1', '$0', '$n', '\\$', '$', '\\', '$9', 'x'],
  json: [
    ...[
      '{"a":[1,2,{"b":null}]}',
      '[1,2.5,"x",null,true]',
      '{"a":1,"a":2}',
      '""',
      '1e400',
      '[1e99999999]',
      '{',
      '[',
      'nul',
      '[[[]]]',
    ],
    ...['{"__proto__":{"a":1}}', '"\\ud800"', '[1,]', ' [ ] '],
  ],
  documents: ['{"a":1}', '[1]', '2', '"x"', 'null', '{"a":{"b":2}}', '{"__proto__":1}', ''],
  path: ['$', '$.a', '$.a[0].b', '$["a"]', '$.a[2].b', '$..', '$[', '$[99999999999]', '$.a["', '$.__proto__'],
  url: [
    ...[
      'http://u:p@h:80/p%20q?a=b&c=d#f',
      'https://h',
      'http://[::1]:8080/',
      'mailto:x',
      '//h/p',
      '/p?a',
      'http://h:99999/',
      'http://h?a=%',
    ],
    ...['http://[', '%', '%zz', 'http://h/%ff', 'h'],
  ],
  name: ['a', 'c', '', '%'],
  encoding: ENCODINGS,
  from: ENCODINGS,
  to: ENCODINGS,
  'STRING text': ['0xABC', "X'00'", 'abcd', 'QUJD', 'a=1;b=2', 'AbC1', '\\u0041', '\\ud83d\\ude00'],
  escape: ['\\u0041', '\\ud83d\\ude00', '\\u', '\\uzzzz'],
  upper: CHARACTERS,
  lower: CHARACTERS,
  digit: CHARACTERS,
  other: CHARACTERS,
  order: ['BIG_ENDIAN', 'LITTLE_ENDIAN', 'x'],
  unit: ['km', 'MILES', '', 'x'],
  direction: ['ASC', 'desc', 'x'],
}
const PLAIN = [
  '',
  ' ',
  'a',
  'abc',
  'Hello World',
  '7',
  '-1.5',
  'true',
  'ß',
  '\ud800',
  '\u0000',
  '😀',
  '%',
  '_',
  ',',
  '\\',
]
const ALL = [...PLAIN, ...new Set(Object.values(SAMPLES).flat())]
const REPEATED = ['a', ' ', '[', '{"a":', '(', '%41', '\\u0041', ',', 'ab', '9', '😀', '"', 'A1 ', "'", '.*', '$.a']

const huge = fc
  .tuple(fc.constantFrom(...REPEATED), fc.integer({ min: 1000, max: 50_000 }), fc.constantFrom('', 'b', '!'))
  .map(([part, count, end]) => part.repeat(count) + end)

const joined = fc.array(fc.constantFrom(...ALL), { maxLength: 5 }).map((parts) => parts.join(''))

/** Something else in the place of some characters. */
const damaged = (samples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat({ max: 2 }), fc.string({ unit: 'binary', maxLength: 2 }))
    .map(([sample, place, remove, insert]) => {
      const at = place % (sample.length + 1)
      return sample.slice(0, at) + insert + sample.slice(at + remove)
    })

const anything: fc.Arbitrary<string> = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...ALL) },
  { weight: 10, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 10, arbitrary: joined },
  { weight: 1, arbitrary: huge },
)

/** For the parameter `name` of a function of `category`; what it takes comes most often. */
export function textFor(category: string, name: string): fc.Arbitrary<string> {
  const samples = SAMPLES[`${category} ${name}`] ?? SAMPLES[name]
  return samples === undefined ? anything : fc.oneof(fc.constantFrom(...samples), damaged(samples), anything)
}

export const anyText: fc.Arbitrary<string> = anything
