import { describe, expect, it } from 'vitest'
import { ParseError } from '../../../src/errors.ts'
import { parseStatements } from '../../../src/sql/parse.ts'

function refusalOf(text: string): ParseError {
  try {
    parseStatements(text)
  } catch (error) {
    if (error instanceof ParseError) return error
    throw error
  }
  throw new Error(`parses: ${text}`)
}

/** What is typed, where the parser stops, and how its answer begins. */
const REFUSALS: readonly (readonly [text: string, line: number, column: number, sentence: string])[] = [
  ['UPDATE t SET a = 1;', 1, 1, 'There is no UPDATE. A table keeps the newest row of each key'],
  ["DELETE FROM t WHERE a = 'x';", 1, 1, 'There is no DELETE. To delete a row of a table, write a tombstone'],
  ['TRUNCATE t;', 1, 1, 'There is no TRUNCATE.'],
  ['USE shop;', 1, 1, 'There are no databases'],
  ['BEGIN;', 1, 1, 'There are no transactions in SQL.'],
  ['GRANT ALL ON t TO u;', 1, 1, 'Rights are not managed in SQL.'],
  ['DESC t;', 1, 1, 'Write DESCRIBE instead of DESC.'],
  ['FOO x;', 1, 1, 'FOO does not begin a statement. Statements begin with SELECT, CREATE,'],
  ['CREATE VIEW v AS SELECT a FROM b;', 1, 8, 'There are no views.'],
  ['CREATE MATERIALIZED VIEW v AS SELECT a FROM b;', 1, 8, 'There are no views.'],
  ['DROP orders;', 1, 6, 'Say what to drop: DROP STREAM orders; or DROP TABLE orders;'],
  ['LIST;', 1, 5, 'Say what to list: STREAMS'],
  ['SHOW STREAM;', 1, 6, 'Write SHOW STREAMS;'],
  ['DESCRIBE EXTENDED x;', 1, 10, 'EXTENDED stands last: DESCRIBE name EXTENDED;'],
  ['SELECT * FROM t WHERE a == 5;', 1, 26, 'Write = instead of ==.'],
  ["SELECT * FROM t WHERE a ILIKE 'x';", 1, 25, 'ILIKE is not supported.'],
  ["SELECT * FROM t WHERE a RLIKE 'x';", 1, 25, 'RLIKE is not supported.'],
  ['SELECT a, DISTINCT b FROM c;', 1, 11, 'DISTINCT stands right after SELECT'],
  [
    'INSERT INTO a VALUES ((SELECT b FROM c));',
    1,
    23,
    'line 1:23: Failed to prepare statement: A SELECT can be part of',
  ],
  ['SELECT a FROM b ORDER BY a HAVING a > 1;', 1, 28, 'HAVING stands before ORDER BY.'],
  ['SELECT * FROM a, b;', 1, 16, 'A list of sources is not supported.'],
  ['SELECT a FROM t GROUP BY x WINDOW TUMBLING (SIZE 1 MINUTE);', 1, 28, 'WINDOW stands before GROUP BY.'],
  ['SELECT a FROM t WINDOW TUMBLING (SIZE 5 MIN) GROUP BY x;', 1, 41, 'A unit of time is due after 5, not MIN:'],
  [
    'SELECT a FROM t WINDOW SESSION (5 DAYS, GRACE PERIOD 1) GROUP BY x;',
    1,
    55,
    'A unit of time is due after 1, not ):',
  ],
  ['SELECT a FROM t WHERE x IN ();', 1, 29, 'IN needs at least one value'],
  ['SELECT “a” FROM s;', 1, 8, '“ is a typographic quote.'],
  ["SELECT a FROM s WHERE x = 'LA EMIT CHANGES;", 1, 27, 'The quote that opens at line 1:27 is never closed'],
  ['SELECT b +\nFROM s;', 2, 1, 'An expression is missing after +.'],
  ['SELECT item, FROM orders;', 1, 14, 'There is a comma too many before FROM.'],
  ['SELECT * FORM x;', 1, 10, 'Did you mean FROM instead of FORM?'],
  ['SELECT a FORM x;', 1, 15, 'Did you mean FROM instead of FORM?'],
  ['SELECT a FROM s WERE x = 1;', 1, 22, 'Did you mean WHERE instead of WERE?'],
  ['CREATE STREAM s (group INT);', 1, 18, 'group is a keyword. To use it as a name, write it in backticks: `GROUP`'],
  ['CREATE STREAM s (a DECIMAL);', 1, 27, 'DECIMAL needs a precision and a scale'],
  ['CREATE STREAM s (a INT) WITH (value_format="JSON");', 1, 44, "A property's value is a text in single quotes"],
  ['DEFINE x = 5;', 1, 12, 'The value of a variable stands in single quotes'],
  ['SET auto.offset.reset=earliest;', 1, 5, 'The name and the value of a property stand in single quotes'],
  ['SELECT a FROM s WITHIN 1 HOUR;', 1, 17, 'WITHIN belongs to a JOIN of two streams'],
  ["SELECT a AS 'x' FROM s;", 1, 13, 'An alias is a name'],
  ['SELECT a FROM s', 1, 16, 'The statement needs a semicolon at its end.'],
  ['SELECT a\nFROM s EMIT;', 2, 8, 'line 2:8: Failed to prepare statement: EMIT needs to be told what'],
  ['CREATE STREAM s (a INT NOT NULL);', 1, 24, 'Columns have no constraints: leave NOT NULL out.'],
  ['CREATE STREAM s (a INT DEFAULT 5);', 1, 24, 'Columns have no defaults.'],
  ['CREATE TABLE s (a INT, PRIMARY KEY (a));', 1, 37, 'PRIMARY KEY stands behind the type of its column'],
  ['CREATE STREAM s (a STRUCT<b>);', 1, 28, 'A type is missing before >.'],
  ["CREATE STREAM s (a INT) WITH (topic='x');", 1, 31, 'The topic is the property KAFKA_TOPIC'],
  ["CREATE STREAM s (a INT) (kafka_topic='x');", 1, 25, 'WITH is missing before (.'],
  ['CREATE STREAM (a INT);', 1, 15, 'A name is missing before (.'],
  ['CREATE STREAM s SELECT a FROM b;', 1, 17, 'AS is missing before SELECT.'],
  ['CREATE STREAM IF EXISTS s AS SELECT a FROM b;', 1, 18, 'Write IF NOT EXISTS.'],
  ['SELECT (a FROM s;', 1, 11, ') is missing before FROM.'],
  ['SELECT * s;', 1, 10, 'FROM is missing before s.'],
  ['SELECT a::INT FROM s;', 1, 9, 'Write CAST(x AS type) instead of x::type.'],
  ['SELECT CAST(a, INT) FROM s;', 1, 14, 'CAST has no comma'],
  ['SELECT TOP 5 * FROM s;', 1, 12, 'TOP is not supported.'],
  ['SELECT a FROM s WHERE a = 1 && b = 2;', 1, 29, 'Write AND instead of &&.'],
  [
    'SELECT a FROM s WINDOW SLIDING (SIZE 1 DAY) GROUP BY a;',
    1,
    24,
    'A window is TUMBLING, HOPPING, CUMULATE or SESSION',
  ],
  ['SELECT a FROM s JOIN t ON s.a = t.a WITHIN 1 DAY;', 1, 37, 'WITHIN stands before ON'],
  ['INSERT s VALUES (1);', 1, 8, 'INTO is missing before s.'],
  ['TERMINATE;', 1, 10, 'The id of a query is missing at the end.'],
  ['SELCT a FROM s;', 1, 1, "line 1:1: Syntax Error\nUnknown statement 'SELCT'\nDid you mean 'SELECT'?"],
  ['INSERT INTO INTO s VALUES (1);', 1, 13, 'INTO stands here twice.'],
  ["SELECT a FROM s WHERE b 'x';", 1, 25, "An operator or a comma is missing between b and 'x'."],
  ['SELECT a.b.c FROM s;', 1, 11, 'A name has two parts at most'],
  ['SELECT a) FROM s;', 1, 9, 'There is a ) too many.'],
  ['SELECT [1, 2] FROM s;', 1, 8, 'An array is written ARRAY[1, 2].'],
  ["SELECT MAP('a', 1) FROM s;", 1, 15, "A map is written MAP('key' := value, ...)."],
  ['SELECT STRUCT(a, b) FROM s;', 1, 16, 'A struct is written STRUCT(name := value, ...).'],
  ['CREATE STREAM s (a INT b INT);', 1, 24, 'A comma is missing before b.'],
  ['CREATE STREAM s a INT;', 1, 17, '( is missing before a.'],
  [
    'SELECT a FROM s WINDOW TUMBLING (SIZE 1 DAY ADVANCE BY 1 HOUR) GROUP BY a;',
    1,
    45,
    'ADVANCE BY belongs to a HOPPING window',
  ],
  ["SELECT a FROM s WINDOW TUMBLING (SIZE '1 DAY') GROUP BY a;", 1, 39, 'A duration is a number and a unit'],
  ['SELECT a FROM s LIMIT 1.5;', 1, 23, 'line 1:23: Failed to prepare statement: '],
]

describe('a text that does not parse', () => {
  it.each(REFUSALS)('%s', (text, line, column, sentence) => {
    const refusal = refusalOf(text)
    expect(refusal.message.slice(0, sentence.length)).toBe(sentence)
    expect(refusal.location).toEqual({ line, column })
    expect(refusal.message).toContain(`line ${line}:${column}: `)
  })

  it('shows its statement once, with a mark under the place', () => {
    expect(refusalOf('SELECT item, FROM orders;').fullMessage.split('\n').slice(-2)).toEqual([
      'Statement: SELECT item, FROM orders;',
      `${' '.repeat('Statement: SELECT item, '.length)}^`,
    ])
  })
})
