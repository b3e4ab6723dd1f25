/**
 * Connectors of Kafka Connect in the terms of built-in ones: what each of their settings becomes. A setting is honoured, means nothing here, or
 * is refused; one that no rule names is refused, so that nothing is dropped silently.
 */

export type Settings = ReadonlyMap<string, string>

/** What becomes of a setting: options of the built-in connector, a remark for the answer, or why it cannot be honoured. */
export type Outcome =
  | {
      readonly options: Readonly<Record<string, string>>
      readonly note?: string
      /** What the sink must read for the setting to hold. */
      readonly needs?: 'STREAM' | 'TABLE'
    }
  | { readonly refused: string }

/** `all`: every setting of the statement, by its name. */
export type Rule = (value: string, all: Settings) => Outcome

export interface ForeignClass {
  readonly className: string
  readonly kind: 'SOURCE' | 'SINK'
  /** Name of the built-in connector. */
  readonly connector: string
  readonly rules: Readonly<Record<string, Rule>>
  /** What holds where a setting is not given, and differs from the built-in connector. */
  readonly absent?: Readonly<Record<string, Outcome>>
}

/** The value is that of an option. */
export const to =
  (option: string, convert: (value: string) => string | null = (value) => value, wanted = ''): Rule =>
  (value) => {
    const converted = convert(value)
    return converted === null
      ? { refused: `'${value}' has no equivalent${wanted}` }
      : { options: { [option]: converted } }
  }

/** Each value that can be honoured, with the options that it becomes. */
export const oneOf =
  (outcomes: Readonly<Record<string, Readonly<Record<string, string>> | Outcome>>): Rule =>
  (value) => {
    const outcome = outcomes[value] ?? outcomes[value.toLowerCase()]
    if (outcome === undefined) {
      return { refused: `'${value}' has no equivalent; ${Object.keys(outcomes).join(', ')} can be honoured` }
    }
    return 'options' in outcome || 'refused' in outcome
      ? (outcome as Outcome)
      : { options: outcome as Record<string, string> }
  }

/** What the built-in connector does anyway. */
export const always = (...values: readonly string[]): Rule =>
  oneOf(Object.fromEntries(values.map((value) => [value, {}])))

/** It says how Connect is to do its work, and not what is done. */
export const idle: Rule = () => ({ options: {} })

export const noted =
  (note: string): Rule =>
  () => ({ options: {}, note })

export const refused =
  (reason: string): Rule =>
  () => ({ refused: reason })

/** A list with one element. */
export const single = (value: string): string | null => (value.includes(',') ? null : value.trim())

/** Seconds as milliseconds. */
export const milliseconds = (value: string): string | null =>
  /^\d+$/.test(value.trim()) ? String(Number(value) * 1000) : null

/** `${topic}` as the built-in connectors write it. */
export const topicPlace = (value: string): string => value.replaceAll(/\$\{topic\}/g, '%{topic}')

/** Where settings are those of every connector of Connect. */
const COMMON: Readonly<Record<string, Rule>> = {
  name: idle,
  'tasks.max': idle,
  'errors.log.enable': idle,
  'errors.log.include.messages': idle,
  'errors.tolerance': to('errors.tolerance'),
  'errors.retry.timeout': always('-1'),
  'errors.retry.delay.max.ms': to('retry.backoff.max.ms'),
}

/** A sink reads records as its stream or table declares them. */
export const SINK_RULES: Readonly<Record<string, Rule>> = {
  ...COMMON,
  topics: to('topics', single, ': a sink reads one topic'),
  'key.converter': idle,
  'value.converter': idle,
  'errors.deadletterqueue.topic.name': to('errors.deadletterqueue.topic.name'),
  'errors.deadletterqueue.context.headers.enable': always('true'),
  'consumer.override.auto.offset.reset': to('auto.offset.reset'),
}

export const SOURCE_RULES: Readonly<Record<string, Rule>> = { ...COMMON }

/** Settings of converters, which belong to their class. */
export const isOfConverter = (name: string): boolean => /^(key|value)\.converter\./.test(name)

export const TRIES_DO_NOT_END = noted('tries do not end here, so that nothing is lost while the target is away')
