import { describe, expect, it } from 'vitest'
import { planCreateSource } from '../../../../src/plan/statements/create-source.ts'
import { planCreateType, planDropType } from '../../../../src/plan/statements/custom-type.ts'
import { contextOf, metastoreOf, statement } from '../metastore.ts'

const metastore = metastoreOf('CREATE TYPE address AS STRUCT<street STRING>')

describe('the name of a type that is not there', () => {
  it('is refused with the nearest one, custom types included', () => {
    const create = (type: string) =>
      planCreateSource(
        statement('createSource', `CREATE STREAM s (a ${type}) WITH (kafka_topic='s', value_format='JSON')`),
        contextOf(metastore),
      )
    expect(() => create('ARRAY<ADRESS>')).toThrow('Cannot resolve unknown type: ADRESS. Did you mean ADDRESS?')
    expect(() => create('BOLEAN')).toThrow('Cannot resolve unknown type: BOLEAN. Did you mean BOOLEAN?')
    expect(() => create('NUMBER')).toThrow('unknown type: NUMBER. Write DECIMAL(precision, scale) instead.')
  })

  it('is refused in CREATE TYPE and DROP TYPE', () => {
    const create = statement('createType', 'CREATE TYPE home AS adress')
    expect(() => planCreateType(create, metastore)).toThrow('Did you mean ADDRESS?')
    expect(() => planDropType(statement('dropType', 'DROP TYPE nope'), metastore)).toThrow('Existing: ADDRESS.')
  })
})
