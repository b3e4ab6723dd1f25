import { describe, expect, it } from 'vitest'
import { valueRefusal } from '../../../../src/engine/config/check-setting.ts'
import {
  checkProperties,
  effectiveProperties,
  environmentProperties,
  fileProperties,
  shownProperties,
} from '../../../../src/engine/config/given-properties.ts'
import { SERVER_SETTINGS } from '../../../../src/engine/config/server-settings.ts'
import { STREAMS_SETTINGS } from '../../../../src/engine/config/streams-settings.ts'

const named = (environment: Record<string, string>) =>
  environmentProperties(environment).map(({ name, value }) => [name, value])

describe('the environment', () => {
  it('names settings as the container images of ksqlDB do', () => {
    expect(
      named({
        KSQL_BOOTSTRAP_SERVERS: 'kafka:9092',
        KSQL_KSQL_SERVICE_ID: 'prod_',
        KSQL_KSQL_STREAMS_COMMIT_INTERVAL_MS: '100',
        KSQL_A__B___C: 'x',
        PATH: '/bin',
      }),
    ).toEqual([
      ['bootstrap.servers', 'kafka:9092'],
      ['ksql.service.id', 'prod_'],
      ['ksql.streams.commit.interval.ms', '100'],
      ['a_b-c', 'x'],
    ])
  })

  it('names settings of Millrace with and without their prefix', () => {
    expect(
      named({
        MILLRACE_WORKER_TIMEOUT_MS: '1',
        MILLRACE_MILLRACE_STATE_CACHE_BYTES: '2',
        MILLRACE_LISTENERS: 'http://a:1',
      }),
    ).toEqual([
      ['millrace.worker.timeout.ms', '1'],
      ['millrace.state.cache.bytes', '2'],
      ['listeners', 'http://a:1'],
    ])
  })

  it('takes the names of options', () => {
    expect(named({ MILLRACE_LISTEN: 'http://a:1', MILLRACE_DATA_DIR: '/data' })).toEqual([
      ['listeners', 'http://a:1'],
      ['state.dir', '/data'],
    ])
  })

  it('is passed over where a variable is empty, or belongs to the scripts that start a JVM', () => {
    expect(named({ KSQL_LISTENERS: '', KSQL_HEAP_OPTS: '-Xmx1g', KSQL_OPTS: '-Dx=y' })).toEqual([])
  })

  it('overrides the file, and MILLRACE_ overrides KSQL_, whatever the form of the name', () => {
    const file = fileProperties('ksql.streams.commit.interval.ms=1\nksql.service.id=file_\nnum.stream.threads=2', 'f')
    const environment = environmentProperties({
      MILLRACE_COMMIT_INTERVAL_MS: '3',
      KSQL_COMMIT_INTERVAL_MS: '2',
      KSQL_KSQL_SERVICE_ID: 'env_',
    })
    expect(effectiveProperties([...file, ...environment])).toEqual({
      'commit.interval.ms': '3',
      'ksql.service.id': 'env_',
      'num.stream.threads': '2',
    })
  })
})

describe('a check of the configuration', () => {
  it('names each mistake with its place and what was meant', () => {
    const text = `# a server
ksql.servce.id=x
listenrs=http://localhost:1
not a property line
ksql.max.push.queries=abc
processing.guarantee=exactly-once
ksql.streams.auto.offset.reset=newest
num.stream.threads=0
commit.interval.ms=soon
ksql.internal.topic.replicas=-5
ssl.key.locaton=key.pem`
    expect(checkProperties(fileProperties(text, 's.properties'))).toEqual({
      unknown: [
        's.properties:2: There is no setting ksql.servce.id. Did you mean ksql.service.id?',
        's.properties:3: There is no setting listenrs. Did you mean listeners?',
        's.properties:4: There is no setting not.',
        's.properties:11: There is no setting ssl.key.locaton. Did you mean ssl.key.location?',
      ],
      invalid: [
        's.properties:5: Invalid value abc for configuration ksql.max.push.queries. It is a whole number.',
        "s.properties:6: Invalid value exactly-once for configuration processing.guarantee. It is 'at_least_once', 'exactly_once_v2' or 'exactly_once'.",
        "s.properties:7: Invalid value newest for configuration ksql.streams.auto.offset.reset. It is 'earliest' or 'latest'.",
        's.properties:8: Invalid value 0 for configuration num.stream.threads. It is a whole number, 1 or more.',
        's.properties:9: Invalid value soon for configuration commit.interval.ms. It is a whole number.',
        's.properties:10: Invalid value -5 for configuration ksql.internal.topic.replicas. It is a whole number, -1 or more.',
      ],
    })
  })

  it.each([
    ['ksql.persistence.default.format.value', 'JSN', 'json'],
    ['ksql.hidden.topics', 'a.*,(b', 'a.*, (b)'],
    ['ksql.advertised.listener', 'host:8088', 'https://host:8088'],
    ['ksql.service.id', 'a b', 'a-b_1.c'],
    ['ksql.output.topic.name.prefix', 'a/', ''],
    ['access.control.allow.methods', 'GETT', 'get, POST'],
    ['security.protocol', 'TLS', 'sasl_ssl'],
    ['sasl.mechanism', 'MD5', 'scram-sha-256'],
    ['authentication.method', 'DIGEST', 'basic'],
    ['state.dir', '', 'data'],
    ['commit.interval.ms', '1e3', '1000'],
    ['ksql.pull.queries.enable', 'yes', 'TRUE'],
  ])('refuses a value of %s that would fail later: %j, and takes %j', (name, wrong, right) => {
    expect(valueRefusal(name, wrong)).toMatch(/^Invalid value .* for configuration .*\. It .*\.$/)
    expect(valueRefusal(name, right)).toBeNull()
  })

  it('names the variable of a mistake in the environment', () => {
    const given = environmentProperties({ KSQL_SERVICE_ID: 'x', KSQL_COMMIT_INTERVAL_MS: 'soon' })
    expect(checkProperties(given)).toEqual({
      unknown: ['KSQL_SERVICE_ID: There is no setting service.id. Did you mean ksql.service.id?'],
      invalid: [
        'KSQL_COMMIT_INTERVAL_MS: Invalid value soon for configuration commit.interval.ms. It is a whole number.',
      ],
    })
  })

  it('finds nothing in a configuration made for ksqlDB', () => {
    const text = `bootstrap.servers=kafka:9092
ksql.schema.registry.url=http://registry:8081
ksql.connect.url=http://connect:8083
ksql.streams.num.standby.replicas=1
ksql.streams.producer.acks=all
ksql.query.pull.max.qps=100
ksql.udfs.enabled=true
ssl.keystore.location=/etc/keystore.jks
ssl.truststore.password=secret
max.poll.interval.ms=300000
ksql.streams.state.dir=/var/lib/ksql
ksql.functions.substring.legacy.args=false`
    expect(checkProperties(fileProperties(text, 'f'))).toEqual({ unknown: [], invalid: [] })
  })

  it('accepts every default', () => {
    const settings = Object.entries({ ...SERVER_SETTINGS, ...STREAMS_SETTINGS })
    const refusals = settings.flatMap(([name, { default: value }]) =>
      value === null ? [] : (valueRefusal(name, value) ?? []),
    )
    expect(refusals).toEqual([])
  })

  it('never shows a secret, nor what may be a misspelt one', () => {
    const text = 'ssl.key.password=hunter2\nsasl.jaas.config=hunter2\nsasl.pasword=hunter2\nksql.service.id=a_'
    const given = fileProperties(text, 'f')
    expect(JSON.stringify([shownProperties(given), checkProperties(given)])).not.toContain('hunter2')
    expect(shownProperties(given)).toMatchObject({ 'ksql.service.id': 'a_', 'ssl.key.password': '[hidden]' })
  })
})
