/** What every schema registry does. Subjects have names of their own, so that a registry that others use can be tested too. */
import { beforeEach, describe, expect, test } from 'vitest'
import { RegistryError, type SchemaDefinition, type SchemaRegistry } from '../../src/registry/schema-registry.ts'

export interface RegistryTraits {
  /** Text that no two runs share; part of subjects and of the names in schemas. */
  readonly unique: string
}

export function registryContract(name: string, open: () => Promise<SchemaRegistry>, { unique }: RegistryTraits): void {
  describe(name, () => {
    let registry: SchemaRegistry
    let count = 0
    let subject = ''

    beforeEach(async () => {
      registry ??= await open()
      subject = `${unique}-${count++}-value`
    })

    const record = (...fields: readonly string[]): SchemaDefinition => avro({ name: `R${unique}${count}`, fields })

    test('what is not there is null or empty', async () => {
      expect(await registry.versions(subject)).toEqual([])
      expect(await registry.version(subject, 'latest')).toBeNull()
      expect(await registry.schemaById(2_000_000_000)).toBeNull()
      expect(await registry.find(subject, record('A'))).toBeNull()
      expect(await registry.deleteSubject(subject)).toEqual([])
      expect(await registry.subjects()).not.toContain(subject)
    })

    test('a registered schema is found by id, by version, as the latest and by itself', async () => {
      const schema = record('A')
      const id = await registry.register(subject, schema)
      expect(JSON.parse((await registry.schemaById(id))!.text)).toEqual(JSON.parse(schema.text))
      const latest = await registry.version(subject, 'latest')
      expect(latest).toMatchObject({ subject, id, version: 1, type: 'AVRO', references: [] })
      expect(await registry.version(subject, 1)).toEqual(latest)
      expect(await registry.version(subject, 2)).toBeNull()
      expect(await registry.versions(subject)).toEqual([1])
      expect(await registry.subjects()).toContain(subject)
      expect(await registry.find(subject, schema)).toMatchObject({ id, version: 1 })
    })

    test('the same schema again adds no version; under another subject it has the same id', async () => {
      const schema = record('A')
      const id = await registry.register(subject, schema)
      expect(await registry.register(subject, schema)).toBe(id)
      expect(await registry.versions(subject)).toEqual([1])
      expect(await registry.register(`other-${subject}`, schema)).toBe(id)
    })

    test('a compatible schema becomes the next version', async () => {
      const first = await registry.register(subject, record('A'))
      const second = await registry.register(subject, record('A', 'B'))
      expect(second).not.toBe(first)
      expect(await registry.versions(subject)).toEqual([1, 2])
      expect(await registry.version(subject, 'latest')).toMatchObject({ id: second, version: 2 })
      expect(await registry.version(subject, 1)).toMatchObject({ id: first })
    })

    test('an incompatible schema is refused, and says why', async () => {
      await registry.setCompatibility(subject, 'BACKWARD')
      await registry.register(subject, record('A'))
      const other = avro({ name: `R${unique}${count}`, fields: ['A'], type: 'boolean' })
      const refusal = await registry.register(subject, other).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(RegistryError)
      expect(refusal).toMatchObject({ kind: 'INCOMPATIBLE' })
      expect((refusal as Error).message).not.toBe('')
      expect((await registry.checkCompatibility(subject, other)).isCompatible).toBe(false)
      expect((await registry.checkCompatibility(subject, record('A', 'B'))).isCompatible).toBe(true)
      expect(await registry.versions(subject)).toEqual([1])
    })

    test('a subject without a rule of its own has the one of the registry', async () => {
      const rule = await registry.compatibility(subject)
      await registry.register(subject, record('A'))
      expect(await registry.compatibility(subject)).toBe(rule)
      await registry.setCompatibility(subject, 'NONE')
      expect(await registry.compatibility(subject)).toBe('NONE')
      await registry.register(subject, avro({ name: `R${unique}${count}`, fields: ['A'], type: 'boolean' }))
      expect(await registry.versions(subject)).toEqual([1, 2])
    })

    test('a subject that was deleted softly leaves its schemas; versions do not begin again', async () => {
      const schema = record('A')
      const id = await registry.register(subject, schema)
      expect(await registry.deleteSubject(subject)).toEqual([1])
      expect(await registry.versions(subject)).toEqual([])
      expect(await registry.subjects()).not.toContain(subject)
      expect(await registry.find(subject, schema)).toBeNull()
      expect(JSON.parse((await registry.schemaById(id))!.text)).toEqual(JSON.parse(schema.text))
      await registry.register(subject, record('A', 'B'))
      expect(await registry.version(subject, 'latest')).toMatchObject({ version: 2 })
    })

    test('schemas of the three languages keep their language', async () => {
      const proto: SchemaDefinition = {
        type: 'PROTOBUF',
        text: `syntax = "proto3";\nmessage P${unique} {\n  int32 A = 1;\n}\n`,
        references: [],
      }
      const json: SchemaDefinition = {
        type: 'JSON',
        text: `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","title":"J${unique}","properties":{"A":{"type":"integer"}}}`,
        references: [],
      }
      for (const schema of [proto, json]) {
        const id = await registry.register(`${schema.type}-${subject}`, schema)
        expect(await registry.schemaById(id)).toMatchObject({ type: schema.type })
        expect(await registry.version(`${schema.type}-${subject}`, 'latest')).toMatchObject({ type: schema.type, id })
      }
    })

    test('a schema refers to another by subject and version', async () => {
      const inner = avro({ name: `Inner${unique}`, fields: ['A'] })
      await registry.register(`inner-${subject}`, inner)
      const name = `Inner${unique}`
      const outer: SchemaDefinition = {
        type: 'AVRO',
        text: JSON.stringify({ type: 'record', name: `Outer${unique}`, fields: [{ name: 'I', type: name }] }),
        references: [{ name, subject: `inner-${subject}`, version: 1 }],
      }
      const id = await registry.register(subject, outer)
      expect(await registry.schemaById(id)).toMatchObject({ references: outer.references })
      expect(await registry.version(subject, 'latest')).toMatchObject({ references: outer.references })
    })

    test('a text that is no schema is refused', async () => {
      const refusal = await registry
        .register(subject, { type: 'AVRO', text: '{"type":"record"}', references: [] })
        .catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(RegistryError)
      expect((refusal as RegistryError).isRetriable).toBe(false)
      expect(await registry.versions(subject)).toEqual([])
    })

    test('names with slashes, spaces and percent signs are names', async () => {
      const odd = `${subject} a/b%20c`
      const id = await registry.register(odd, record('A'))
      expect(await registry.version(odd, 'latest')).toMatchObject({ id, subject: odd })
    })
  })
}

interface AvroRecord {
  readonly name: string
  readonly fields: readonly string[]
  readonly type?: string
}

const avro = ({ name, fields, type = 'int' }: AvroRecord): SchemaDefinition => ({
  type: 'AVRO',
  text: JSON.stringify({
    type: 'record',
    name,
    fields: fields.map((field) => ({ name: field, type: ['null', type], default: null })),
  }),
  references: [],
})
