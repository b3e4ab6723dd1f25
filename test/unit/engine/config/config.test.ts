import { describe, expect, it } from 'vitest'
import { createConfig, isSecret } from '../../../../src/engine/config/config.ts'
import { kafkaOptions } from '../../../../src/engine/config/kafka-options.ts'
import { checkOverride, checkPropertyAllowed } from '../../../../src/engine/config/overrides.ts'
import { parseProperties } from '../../../../src/engine/config/properties-file.ts'

describe('configuration', () => {
  it('takes streams settings with and without their prefix', () => {
    const config = createConfig({ 'ksql.streams.auto.offset.reset': 'earliest' })
    expect(config.get('auto.offset.reset')).toBe('earliest')
    expect(config.get('ksql.streams.auto.offset.reset')).toBe('earliest')
    expect(config.with(new Map([['auto.offset.reset', 'latest']])).get('ksql.streams.auto.offset.reset')).toBe('latest')
  })

  it('has defaults', () => {
    const config = createConfig({})
    expect(config.number('ksql.max.push.queries')).toBe(100)
    expect(config.flag('ksql.pull.queries.enable')).toBe(true)
    expect(config.get('ksql.persistence.default.format.value')).toBeUndefined()
    expect(() => config.number('no.such.setting')).toThrow('has no value')
  })

  it('checks what requests may set', () => {
    const config = createConfig({ 'ksql.properties.overrides.denylist': 'commit.interval.ms' })
    expect(checkOverride('ksql.streams.auto.offset.reset', 'earliest', config).name).toBe('auto.offset.reset')
    expect(checkOverride('ksql.functions.collect_list.limit', '5', config).value).toBe('5')
    expect(() => checkOverride('auto.offset.reset', 'none', config)).toThrow('Invalid value none')
    expect(() => checkOverride('ksql.pull.queries.enable', 'maybe', config)).toThrow("It is 'true' or 'false'.")
    expect(() => checkOverride('max.task.idle.ms', 'soon', config)).toThrow('It is a whole number.')
    expect(() => checkOverride('commit.interval.ms', '-1', createConfig({}))).toThrow(
      'It is a whole number, 0 or more.',
    )
    expect(() => checkOverride('ksql.service.id', 'x', config)).toThrow("Cannot override property 'ksql.service.id'")
    expect(() => checkOverride('ssl.key.location', 'x', config)).toThrow('Cannot override property')
    expect(() => checkOverride('commit.interval.ms', '1', config)).toThrow('prohibited by the KSQL server')
    expect(() => checkPropertyAllowed('ksql.streams.commit.interval.ms', config)).toThrow('prohibited')
  })

  it('suggests the name that was meant', () => {
    const refusalOf = (name: string) => {
      try {
        return checkOverride(name, '1', createConfig({})).name
      } catch (error) {
        return (error as Error).message
      }
    }
    const unknown = (name: string) => `Not recognizable as ksql, streams, consumer, or producer property: '${name}'.`
    expect(refusalOf('auto.offset.rest')).toBe(`${unknown('auto.offset.rest')} Did you mean auto.offset.reset?`)
    expect(refusalOf('ksql.streams.comit.interval.ms')).toBe(
      `${unknown('ksql.streams.comit.interval.ms')} Did you mean commit.interval.ms?`,
    )
    expect(refusalOf('max.push.queries')).toContain('Did you mean ksql.max.push.queries?')
    expect(refusalOf('colour')).toBe(`${unknown('colour')} SHOW PROPERTIES lists the known ones.`)
  })

  it("takes names of Kafka's clients that mean nothing here, but not the server's own", () => {
    const config = createConfig({})
    expect(checkOverride('fetch.max.bytes', '1', config).name).toBe('fetch.max.bytes')
    expect(checkOverride('ksql.streams.poll.ms', '1', config).name).toBe('poll.ms')
    expect(() => checkOverride('ksql.verticle.instances', '1', config)).toThrow('Cannot override property')
  })

  it('knows what is secret', () => {
    expect(['ssl.key.password', 'sasl.jaas.config', 'basic.auth.credentials'].every(isSecret)).toBe(true)
    expect(['auto.offset.reset', 'ksql.persistence.default.format.key'].some(isSecret)).toBe(false)
  })
})

describe('a property file', () => {
  it('is read as Java reads it', () => {
    const text =
      '# comment\n! too\na=1\nb : two words \nc three\nlong=x,\\\n  y\npath=C\\:\\\\dir\nu=\\u00e9\nempty=\n\na=2'
    expect(parseProperties(text)).toEqual([
      { name: 'a', value: '1', line: 3 },
      { name: 'b', value: 'two words ', line: 4 },
      { name: 'c', value: 'three', line: 5 },
      { name: 'long', value: 'x,y', line: 6 },
      { name: 'path', value: 'C:\\dir', line: 8 },
      { name: 'u', value: 'é', line: 9 },
      { name: 'empty', value: '', line: 10 },
      { name: 'a', value: '2', line: 12 },
    ])
  })
})

describe('the way to Kafka', () => {
  it('is plain by default', () => {
    expect(kafkaOptions('a:1, b:2', createConfig({}))).toEqual({ bootstrapServers: ['a:1', 'b:2'] })
  })

  it.each(['foo', 'a:1, b', 'a:0', 'a:70000', ' , ', 'http://a:1'])(
    'refuses %s, which is no list of brokers with ports',
    (servers) => {
      expect(() => kafkaOptions(servers, createConfig({}))).toThrow('Write it like localhost:9092.')
      expect(kafkaOptions('[::1]:9092, host_1.local:1', createConfig({})).bootstrapServers).toEqual([
        '[::1]:9092',
        'host_1.local:1',
      ])
    },
  )

  it('takes SASL and TLS settings of Kafka clients', () => {
    const config = createConfig({
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-256',
      'sasl.jaas.config': 'org.apache.kafka...ScramLoginModule required username="u" password="p=;x";',
    })
    expect(kafkaOptions('a:1', config)).toEqual({
      bootstrapServers: ['a:1'],
      tls: {},
      sasl: { mechanism: 'scram-sha-256', username: 'u', password: 'p=;x' },
    })
    expect(() => kafkaOptions('a:1', createConfig({ 'security.protocol': 'X' }))).toThrow(
      'Unknown security.protocol: X',
    )
    expect(() => kafkaOptions('a:1', createConfig({ 'security.protocol': 'SASL_SSL' }))).toThrow('sasl.jaas.config')
  })
})
