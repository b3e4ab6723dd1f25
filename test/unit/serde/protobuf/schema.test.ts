import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor/index.js'
import { describe, expect, test } from 'vitest'
import { inferColumns } from '../../../../src/serde/protobuf/columns.ts'
import { deriveMessage } from '../../../../src/serde/protobuf/derive.ts'
import { indexesOf, messageAt, messageNamed } from '../../../../src/serde/protobuf/find-message.ts'
import { parseSchema } from '../../../../src/serde/protobuf/parse-schema.ts'
import { schemaText } from '../../../../src/serde/protobuf/schema-text.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  formatType,
  INTEGER,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../../src/types/sql-type.ts'
import { columns } from '../serde.ts'
import { messageOf, type Types } from './support.ts'

/** What protobufjs's extension for descriptors adds. */
type DescribedRoot = protobuf.Root & { toDescriptor(syntax: string): { readonly file: readonly protobuf.Message[] } }

const inferred = (body: string, syntax = 'proto3') => {
  const { columns, dropped } = inferColumns(messageOf(body, syntax))
  return [...columns.map(({ name, type }) => `${name} ${formatType(type)}`), ...dropped.map((path) => `no ${path}`)]
}

describe('columns of a message', () => {
  test('scalars, also in wrappers', () => {
    expect(
      inferred(`import 'google/protobuf/wrappers.proto'; message M {
        double a = 1; float b = 2; int32 c = 3; int64 d = 4; uint32 e = 5; uint64 f = 6; sint32 g = 7; sint64 h = 8; fixed32 i = 9;
        fixed64 j = 10; sfixed32 k = 11; sfixed64 l = 12; bool m = 13; string n = 14; bytes o = 15; Suit p = 16;
        google.protobuf.UInt32Value q = 17; google.protobuf.BytesValue r = 18; optional int32 s = 19;
        enum Suit { SPADES = 0; }
      }`),
    ).toEqual([
      'a DOUBLE',
      'b DOUBLE',
      'c INTEGER',
      'd BIGINT',
      'e BIGINT',
      'f BIGINT',
      'g INTEGER',
      'h BIGINT',
      'i BIGINT',
      'j BIGINT',
      'k INTEGER',
      'l BIGINT',
      'm BOOLEAN',
      'n STRING',
      'o BYTES',
      'p STRING',
      'q BIGINT',
      'r BYTES',
      's INTEGER',
    ])
  })

  test('times and decimals, whose size an option tells', () => {
    expect(
      inferred(`import "confluent/type/decimal.proto"; import "confluent/meta.proto"; import "google/protobuf/timestamp.proto";
        import "google/type/date.proto"; import "google/type/timeofday.proto"; message M {
        google.protobuf.Timestamp a = 1; google.type.Date b = 2; google.type.TimeOfDay c = 3; confluent.type.Decimal d = 4;
        confluent.type.Decimal e = 5 [(confluent.field_meta) = { params: [{ value: "4", key: "precision" }, { value: "2", key: "scale" }]}];
        confluent.type.Decimal f = 6 [deprecated = true, (.confluent.field_meta).params = { key: "precision", value: "9" }];
        repeated confluent.type.Decimal g = 7 [(confluent.field_meta) = { params { key: "precision" value: "5" } params { key: "scale" value: "1" } }];
      }`),
    ).toEqual([
      'a TIMESTAMP',
      'b DATE',
      'c TIME',
      'd DECIMAL(38, 0)',
      'e DECIMAL(4, 2)',
      'f DECIMAL(9, 0)',
      'g ARRAY<DECIMAL(5, 1)>',
    ])
  })

  test('lists, maps, messages, and a oneof as a STRUCT', () => {
    expect(
      inferred(`import "google/protobuf/duration.proto"; message M {
        repeated int32 a = 1; map<int32, N> b = 2; N c = 3; repeated PairEntry d = 4; oneof either { int32 e = 5; N f = 6; }
        google.protobuf.Duration g = 7; oneof or { string h = 8; }
        message N { string x = 1; } message PairEntry { string key = 1; repeated double value = 2; }
      }`),
    ).toEqual([
      'either_0 STRUCT<`e` INTEGER, `f` STRUCT<`x` STRING>>',
      'or_1 STRUCT<`h` STRING>',
      'a ARRAY<INTEGER>',
      'b MAP<STRING, STRUCT<`x` STRING>>',
      'c STRUCT<`x` STRING>',
      'd MAP<STRING, ARRAY<DOUBLE>>',
      'g STRUCT<`seconds` BIGINT, `nanos` INTEGER>',
    ])
  })

  test('what has no SQL type is left out and listed', () => {
    expect(
      inferred(
        `import "google/protobuf/empty.proto"; message M {
          optional group G = 1 { optional int32 x = 1; } optional google.protobuf.Empty e = 2; required int32 a = 3; optional N n = 4;
          message N { optional group H = 1 {} optional int32 y = 2; } extensions 100 to 200;
        } extend M { optional int32 later = 100; }`,
        'proto2',
      ),
    ).toEqual(['a INTEGER', 'n STRUCT<`y` INTEGER>', 'no g', 'no e', 'no n.h'])
  })

  test('a message that contains itself is refused, one that occurs twice is not', () => {
    expect(() => inferred('message M { int32 v = 1; N n = 2; } message N { repeated M m = 1; }')).toThrow(
      'The schema is recursive: M contains itself, at n.m. Declare the columns that are needed.',
    )
    expect(() =>
      inferred('import "google/protobuf/struct.proto"; message M { google.protobuf.Struct s = 1; }'),
    ).toThrow(/recursive/)
    expect(inferred('message M { N a = 1; N b = 2; } message N { int32 x = 1; }')).toHaveLength(2)
  })

  test('more fields than any table has are refused', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `message L${i} { L${i + 1} a = 1; L${i + 1} b = 2; }`)
    expect(() => inferred(`${levels.join(' ')} message L30 { int32 x = 1; }`)).toThrow(/more than 10000 fields/)
  })
})

describe('texts of schemas', () => {
  test.each([
    ['message M { int32 x = 1 }', /^Cannot parse Protobuf schema: illegal token '}', ';' expected \(line 1\)$/],
    ['message M { Foo x = 1; }', /no such Type or Enum 'Foo'/],
    ['message M { int32 x = 1; int32 y = 1; }', /duplicate id 1/],
    ['message M { int32 x = 0; }', /Field x of M has the number 0/],
    ['message M { int32 x = 536870912; }', /Field x of M has the number 536870912/],
    ['import "other.proto"; message M {}', /imports other\.proto, which is not among its references/],
  ])('%s', (body, expected) => {
    expect(() => messageOf(body)).toThrow(expected)
  })

  test('that would take long to parse, or to follow, are refused', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, i) => `int32 f${i} = ${i + 1};`).join(' ')
    expect(messageOf(`message M { ${fields(2000)} }`).fields).toHaveLength(2000)
    expect(() => messageOf(`message M { ${fields(9000)} }`)).toThrow(/its messages have too many fields/)
    expect(() => messageOf(`message M { oneof o { ${fields(9000)} } }`)).toThrow(/its messages have too many fields/)
    expect(() => messageOf('message A {'.repeat(20_000))).toThrow(/^Cannot parse Protobuf schema/)
    const chain = Array.from({ length: 200 }, (_, i) => `message A${i} { A${i + 1} a = 1; }`).join(' ')
    expect(() => inferred(`${chain} message A200 { int32 x = 1; }`)).toThrow(/more than 100 messages within each other/)
  })

  test('import each other, own copies, and descriptors', () => {
    const imports = {
      'event.proto':
        'syntax = "proto3"; package com.acme; import "when.proto"; message Event { When at = 1; message Inner {} }',
      'when.proto':
        'syntax = "proto3"; package com.acme; import "google/protobuf/timestamp.proto"; import "event.proto"; message When { google.protobuf.Timestamp t = 1; }',
    }
    const file = parseSchema(
      'syntax = "proto3"; package com.acme; import public "event.proto"; message M { Event e = 1; com.acme.When w = 2; }',
      imports,
    )
    expect(file.packageName).toBe('com.acme')
    expect(file.messages.map(({ fullName }) => fullName)).toEqual(['com.acme.M'])
    expect(inferColumns(file.messages[0]!).columns.map(({ type }) => formatType(type))).toEqual([
      'STRUCT<`at` STRUCT<`t` TIMESTAMP>>',
      'STRUCT<`t` TIMESTAMP>',
    ])
  })

  test('a field may be called as what every object has', () => {
    expect(inferred('message M { int32 __proto__ = 1; int32 constructor = 2; int32 toString = 3; }')).toEqual([
      '__proto__ INTEGER',
      'constructor INTEGER',
      'toString INTEGER',
    ])
  })

  test('messages are found by name and by place, without enums and the entries of maps', () => {
    const file = parseSchema(
      'syntax = "proto3"; package p; enum E { X = 0; } message A { map<string, int32> m = 1; enum F { Y = 0; } message B {} message C { message D {} } } message Z {}',
      {},
    )
    expect(messageAt(file, [0, 1, 0])?.fullName).toBe('p.A.C.D')
    expect(messageAt(file, [1])?.fullName).toBe('p.Z')
    expect(messageAt(file, [2])).toBeUndefined()
    expect(messageAt(file, [0, 0, 7])).toBeUndefined()
    expect(messageNamed(file, 'p.A.B')).toBe(messageAt(file, [0, 0]))
    expect(messageNamed(file, 'A')).toBeUndefined()
    expect(indexesOf(file, messageNamed(file, 'p.A.C.D')!)).toEqual([0, 1, 0])
    expect(indexesOf(file, messageOf('message Other {}'))).toBeNull()
  })

  test.each([
    [
      'proto3',
      'package a.b; message M { int32 x = 1; optional string y = 2; repeated double z = 3 [packed = false]; map<string, N> m = 4; oneof o { int64 p = 5; E q = 6; } repeated E r = 7; N n = 8; enum E { A = 0; B = 5; } message N { bytes b = 1; } } message Z { sint64 s = 1000; }',
    ],
    [
      'proto2',
      'message M { required int32 x = 1; optional group G = 2 { optional int32 y = 1; } repeated sfixed32 z = 3 [packed = true]; optional E e = 4; enum E { A = 3; B = 5; } }',
    ],
  ])('a descriptor in base64 is the same as its text: %s', (syntax, body) => {
    const text = `syntax = "${syntax}"; ${body}`
    const { root } = protobuf.parse(text, { keepCase: true })
    root.resolveAll()
    const { file } = (root as DescribedRoot).toDescriptor(syntax)
    const bytes = (descriptor as unknown as { FileDescriptorProto: protobuf.Type }).FileDescriptorProto.encode(
      file[0]!,
    ).finish()
    expect(parseSchema(Buffer.from(bytes).toString('base64'), {})).toEqual(parseSchema(text, {}))
  })

  test.each(['aGVsbG8=', 'AAAA', 'CgVhLmJjZBoDeHh4IgQKAjEyYgZwcm90bzM='])(
    'base64 that is no descriptor: %s',
    (text) => {
      expect(() => parseSchema(text, {})).toThrow(/Not a FileDescriptorProto/)
    },
  )
})

describe('the schema of columns', () => {
  const text = (types: Types, options: Parameters<typeof deriveMessage>[1] = {}) =>
    schemaText(deriveMessage(columns(types), options), options.nullable)
  const POINT = struct([{ name: 'X', type: INTEGER }])

  test('scalars', () => {
    expect(text({ I: INTEGER, L: BIGINT, D: DOUBLE, B: BOOLEAN, S: STRING })).toBe(
      'syntax = "proto3";\n\nmessage ConnectDefault1 {\n  int32 I = 1;\n  int64 L = 2;\n  double D = 3;\n  bool B = 4;\n  string S = 5;\n}\n',
    )
    expect(text({ I: INTEGER, S: STRING }, { nullable: 'OPTIONAL' })).toBe(
      'syntax = "proto3";\n\nmessage ConnectDefault1 {\n  optional int32 I = 1;\n  optional string S = 2;\n}\n',
    )
    expect(text({ I: INTEGER, S: STRING }, { nullable: 'WRAPPER' })).toBe(
      'syntax = "proto3";\n\nimport "google/protobuf/wrappers.proto";\n\nmessage ConnectDefault1 {\n  google.protobuf.Int32Value I = 1;\n  google.protobuf.StringValue S = 2;\n}\n',
    )
  })

  test('messages within are named in the order in which they are met', () => {
    const types: Types = {
      A: array(POINT),
      M: map(STRING, struct([{ name: 'P', type: POINT }])),
      Z: POINT,
    }
    expect(text(types)).toBe(`syntax = "proto3";

message ConnectDefault1 {
  repeated ConnectDefault2 A = 1;
  repeated ConnectDefault3Entry M = 2;
  ConnectDefault6 Z = 3;

  message ConnectDefault2 {
    int32 X = 1;
  }
  message ConnectDefault3Entry {
    string key = 1;
    ConnectDefault4 value = 2;

    message ConnectDefault4 {
      ConnectDefault5 P = 1;

      message ConnectDefault5 {
        int32 X = 1;
      }
    }
  }
  message ConnectDefault6 {
    int32 X = 1;
  }
}
`)
  })

  test('a full name gives the package, and the messages within count from 1', () => {
    expect(text({ T: TIMESTAMP, P: POINT }, { schemaName: 'com.acme.Thing' })).toBe(
      'syntax = "proto3";\npackage com.acme;\n\nimport "google/protobuf/timestamp.proto";\n\nmessage Thing {\n  google.protobuf.Timestamp T = 1;\n  ConnectDefault1 P = 2;\n\n  message ConnectDefault1 {\n    int32 X = 1;\n  }\n}\n',
    )
    expect(text({ I: INTEGER }, { schemaName: 'ConnectDefault7' })).toMatch(/message ConnectDefault1 \{/)
  })

  test('a decimal tells its size', () => {
    expect(text({ D: decimal(4, 2), E: DATE })).toBe(`syntax = "proto3";

import "confluent/meta.proto";
import "confluent/type/decimal.proto";
import "google/type/date.proto";

message ConnectDefault1 {
  confluent.type.Decimal D = 1 [(confluent.field_meta) = {
    params: [
      {
        value: "4",
        key: "precision"
      },
      {
        value: "2",
        key: "scale"
      }
    ]
  }];
  google.type.Date E = 2;
}
`)
  })

  test.each<[Types, RegExp]>([
    [{ '1A': INTEGER }, /^Schema is not compatible with Protobuf: "1A" is not a valid identifier\.$/],
    [{ 'a b': INTEGER }, /"a b" is not a valid identifier/],
    [{ A: struct([{ name: 'ä', type: INTEGER }]) }, /"ä" is not a valid identifier/],
    [{ A: array(array(INTEGER)) }, /cannot represent ARRAY<ARRAY<INTEGER>>: an element cannot be an ARRAY or a MAP/],
    [{ A: array(map(STRING, INTEGER)) }, /cannot represent ARRAY<MAP<STRING, INTEGER>>/],
    [{ ConnectDefault2: INTEGER, B: POINT }, /"ConnectDefault2" is already defined in "ConnectDefault1"/],
  ])('%j has none', (types, expected) => {
    expect(() => text(types)).toThrow(expected)
  })

  test('that would imply a oneof called as another column', () => {
    const types: Types = { A: INTEGER, _A: INTEGER }
    expect(() => text(types, { nullable: 'OPTIONAL' })).toThrow('"_A" is already defined in "ConnectDefault1"')
    expect(text(types)).toMatch(/int32 _A = 2/)
  })

  test('reads back as what it came from', () => {
    const types: Types = { A: array(POINT), M: map(STRING, array(decimal(9, 3))), T: TIMESTAMP, S: STRING }
    expect(inferColumns(parseSchema(text(types), {}).messages[0]!)).toEqual({ columns: columns(types), dropped: [] })
    expect(inferColumns(parseSchema(text(types, { nullable: 'WRAPPER' }), {}).messages[0]!).columns).toEqual(
      columns(types),
    )
    expect(inferColumns(parseSchema(text(types, { nullable: 'OPTIONAL' }), {}).messages[0]!).columns).toEqual(
      columns(types),
    )
  })
})
