/** What functions of other SQL dialects are called here, or what to write instead, for the message about an unknown name. */
import { nearest } from '../suggest.ts'

/** Functions that are here under another name. */
export const RENAMED: Readonly<Record<string, string>> = {
  UPPER: 'UCASE',
  LOWER: 'LCASE',
  LENGTH: 'LEN',
  CHAR_LENGTH: 'LEN',
  CHARACTER_LENGTH: 'LEN',
  SUBSTR: 'SUBSTRING',
  MID: 'SUBSTRING',
  POSITION: 'INSTR',
  STRPOS: 'INSTR',
  LOCATE: 'INSTR',
  CHARINDEX: 'INSTR',
  BTRIM: 'TRIM',
  CHAR: 'CHR',
  NVL: 'IFNULL',
  POW: 'POWER',
  CEILING: 'CEIL',
  TRUNCATE: 'TRUNC',
  RAND: 'RANDOM',
  SIGNUM: 'SIGN',
  GEN_RANDOM_UUID: 'UUID',
  GENERATE_UUID: 'UUID',
  TO_TIMESTAMP: 'PARSE_TIMESTAMP',
  STR_TO_DATE: 'PARSE_DATE',
  TO_DATE: 'PARSE_DATE',
  TO_TIME: 'PARSE_TIME',
  TO_CHAR: 'FORMAT_TIMESTAMP',
  DATE_FORMAT: 'FORMAT_TIMESTAMP',
  FORMAT_DATETIME: 'FORMAT_TIMESTAMP',
  STRFTIME: 'FORMAT_TIMESTAMP',
  DATE_ADD: 'DATEADD',
  DATE_SUB: 'DATESUB',
  TIMESTAMP_ADD: 'TIMESTAMPADD',
  TIMESTAMP_SUB: 'TIMESTAMPSUB',
  TIMESTAMP_MILLIS: 'FROM_UNIXTIME',
  UNIX_MILLIS: 'UNIX_TIMESTAMP',
  REGEXP_SUBSTR: 'REGEXP_EXTRACT',
  REGEXP_SPLIT: 'REGEXP_SPLIT_TO_ARRAY',
  STRING_SPLIT: 'SPLIT',
  STR_TO_MAP: 'SPLIT_TO_MAP',
  JSON_EXTRACT: 'EXTRACTJSONFIELD',
  JSON_EXTRACT_SCALAR: 'EXTRACTJSONFIELD',
  JSON_VALUE: 'EXTRACTJSONFIELD',
  GET_JSON_OBJECT: 'EXTRACTJSONFIELD',
  TO_JSON: 'TO_JSON_STRING',
  CARDINALITY: 'ARRAY_LENGTH',
  ARRAY_SIZE: 'ARRAY_LENGTH',
  ARRAY_TO_STRING: 'ARRAY_JOIN',
  CONTAINS: 'ARRAY_CONTAINS',
  FLATTEN: 'EXPLODE',
  UNNEST: 'EXPLODE',
  SEQUENCE: 'GENERATE_SERIES',
  ARRAY_AGG: 'COLLECT_LIST',
  LIST: 'COLLECT_LIST',
  APPROX_COUNT_DISTINCT: 'COUNT_DISTINCT',
  APPROX_DISTINCT: 'COUNT_DISTINCT',
  FIRST_VALUE: 'EARLIEST_BY_OFFSET',
  LAST_VALUE: 'LATEST_BY_OFFSET',
  FIRST: 'EARLIEST_BY_OFFSET',
  LAST: 'LATEST_BY_OFFSET',
  CORR: 'CORRELATION',
  STDDEV: 'STDDEV_SAMPLE',
  STDEV: 'STDDEV_SAMPLE',
  MEAN: 'AVG',
  URL_DECODE: 'URL_DECODE_PARAM',
  URL_ENCODE: 'URL_ENCODE_PARAM',
}

const NOW = 'The current time is FROM_UNIXTIME(UNIX_TIMESTAMP()).'
const TODAY = 'The current day is FROM_DAYS(UNIX_DATE()).'
const CONDITION = 'Write CASE WHEN condition THEN a ELSE b END.'
const MATCHES = "Write REGEXP_EXTRACT('pattern', text) IS NOT NULL."
const JOINED = "Write ARRAY_JOIN(COLLECT_LIST(column), ',')."
const DIFFERENCE =
  'Subtract numbers: UNIX_DATE(b) - UNIX_DATE(a) is in days, UNIX_TIMESTAMP(b) - UNIX_TIMESTAMP(a) in milliseconds.'
const RANKED = 'Rows are not ranked; TOPK(column, n) keeps the n greatest values of a group.'
const OTHER_ROW = 'Rows do not see each other; LATEST_BY_OFFSET(column, 2) keeps the last two values of a group.'

const dateField = (pattern: string): string => `Write CAST(FORMAT_TIMESTAMP(time, '${pattern}') AS INT).`
const cast = (type: string): string => `Write CAST(value AS ${type}).`

/** Functions whose work is done in another way; a sentence each. */
export const ADVICE: Readonly<Record<string, string>> = {
  NOW,
  CURRENT_TIMESTAMP: NOW,
  LOCALTIMESTAMP: NOW,
  GETDATE: NOW,
  SYSDATE: NOW,
  CURRENT_DATE: TODAY,
  CURDATE: TODAY,
  TODAY,
  IF: CONDITION,
  IIF: CONDITION,
  DECODE: 'Write CASE value WHEN a THEN b ELSE c END.',
  NVL2: 'Write CASE WHEN value IS NULL THEN b ELSE a END.',
  ISNULL: 'Write value IS NULL, or IFNULL(value, default).',
  MOD: 'Write a % b.',
  REGEXP_LIKE: MATCHES,
  REGEXP_MATCHES: MATCHES,
  REGEXP: MATCHES,
  RLIKE: MATCHES,
  STARTS_WITH: "Write text LIKE 'start%'.",
  STARTSWITH: "Write text LIKE 'start%'.",
  ENDS_WITH: "Write text LIKE '%end'.",
  ENDSWITH: "Write text LIKE '%end'.",
  SPLIT_PART: "Write SPLIT(text, ',')[2]; the first part is 1.",
  ELEMENT_AT: 'Write array[1] for the first element, map[key] for an entry.',
  LTRIM: "Write REGEXP_REPLACE(text, '^\\s+', '').",
  RTRIM: "Write REGEXP_REPLACE(text, '\\s+$', '').",
  SHA: 'Of digests there is MD5 alone.',
  SHA1: 'Of digests there is MD5 alone.',
  SHA2: 'Of digests there is MD5 alone.',
  SHA256: 'Of digests there is MD5 alone.',
  HEX: "Write FROM_BYTES(bytes, 'hex').",
  UNHEX: "Write TO_BYTES(text, 'hex').",
  TO_BASE64: "Write FROM_BYTES(bytes, 'base64').",
  FROM_BASE64: "Write TO_BYTES(text, 'base64').",
  TO_NUMBER: cast('DOUBLE'),
  TO_INT: cast('INT'),
  TO_STRING: cast('STRING'),
  STR: cast('STRING'),
  INT: cast('INT'),
  DATE: 'Write CAST(value AS DATE).',
  TIMESTAMP: 'Write CAST(value AS TIMESTAMP).',
  YEAR: dateField('yyyy'),
  MONTH: dateField('MM'),
  DAY: dateField('dd'),
  DAYOFMONTH: dateField('dd'),
  DAYOFYEAR: dateField('D'),
  DAYOFWEEK: dateField('e'),
  WEEK: dateField('w'),
  QUARTER: dateField('Q'),
  HOUR: dateField('HH'),
  MINUTE: dateField('mm'),
  SECOND: dateField('ss'),
  EXTRACT: dateField('yyyy'),
  DATE_PART: dateField('yyyy'),
  DATE_TRUNC: "Write PARSE_TIMESTAMP(FORMAT_TIMESTAMP(time, 'yyyy-MM-dd HH'), 'yyyy-MM-dd HH'), here for whole hours.",
  DATEDIFF: DIFFERENCE,
  DATE_DIFF: DIFFERENCE,
  TIMESTAMPDIFF: DIFFERENCE,
  AGE: DIFFERENCE,
  STRING_AGG: JOINED,
  GROUP_CONCAT: JOINED,
  LISTAGG: JOINED,
  ROW_NUMBER: RANKED,
  RANK: RANKED,
  DENSE_RANK: RANKED,
  LAG: OTHER_ROW,
  LEAD: OTHER_ROW,
  TUMBLE: 'Windows belong to a clause: WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY key.',
  HOP: 'Windows belong to a clause: WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 1 MINUTE) GROUP BY key.',
  SESSION: 'Windows belong to a clause: WINDOW SESSION (5 MINUTES) GROUP BY key.',
}

/** A sentence to append to the message about an unknown function, with a space before it. */
export function adviceForUnknown(name: string, known: Iterable<string>): string {
  const upper = name.toUpperCase()
  if (Object.hasOwn(ADVICE, upper)) return ` ${ADVICE[upper]}`
  // Short names are within two edits of too many others.
  const maxEdits = Math.min(2, Math.floor(name.length / 3))
  const found = Object.hasOwn(RENAMED, upper) ? RENAMED[upper] : nearest(upper, known, { maxEdits })
  return found === undefined ? ' To see all functions: SHOW FUNCTIONS;' : ` Did you mean ${found}?`
}
