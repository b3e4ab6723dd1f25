/** The settings of a connector of Kafka Connect as options of the built-in one. */
import { FOREIGN_CLASSES } from './index.ts'
import { type ForeignClass, isOfConverter, type Outcome, type Settings } from './rules.ts'

/** `name`: of the setting. */
interface About {
  readonly name: string
  readonly text: string
}

export interface Translation {
  readonly foreign: ForeignClass
  readonly options: Readonly<Record<string, string>>
  /** The setting that each option comes from. */
  readonly origins: ReadonlyMap<string, string>
  readonly refused: readonly About[]
  readonly notes: readonly About[]
  /** What the sink must read, by the setting that wants it. */
  readonly needs: readonly { readonly name: string; readonly kind: 'STREAM' | 'TABLE' }[]
}

/** Undefined: the class has no equivalent. */
export const foreignClass = (className: string, kind: ForeignClass['kind']): ForeignClass | undefined =>
  FOREIGN_CLASSES.find((candidate) => candidate.className === className && candidate.kind === kind)

export function translate(foreign: ForeignClass, settings: Settings): Translation {
  const given = [...settings].map(([name, value]): [string, Outcome] => [
    name,
    outcomeOf(foreign, name, value, settings),
  ])
  const absent = Object.entries(foreign.absent ?? {}).filter(([name]) => !settings.has(name))
  const outcomes = [...absent, ...given]
  const taken = outcomes.flatMap(([name, outcome]) => ('options' in outcome ? [{ name, ...outcome }] : []))
  return {
    foreign,
    options: Object.assign({}, ...taken.map(({ options }) => options)) as Record<string, string>,
    origins: new Map(taken.flatMap(({ name, options }) => Object.keys(options).map((option) => [option, name]))),
    refused: outcomes.flatMap(([name, outcome]) => ('refused' in outcome ? [{ name, text: outcome.refused }] : [])),
    notes: taken.flatMap(({ name, note }) => (note === undefined ? [] : [{ name, text: note }])),
    needs: taken.flatMap(({ name, needs }) => (needs === undefined ? [] : [{ name, kind: needs }])),
  }
}

function outcomeOf({ rules, kind }: ForeignClass, name: string, value: string, settings: Settings): Outcome {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule !== undefined) return rule(value, settings)
  if (kind === 'SINK' && isOfConverter(name)) return { options: {} }
  return { refused: 'it has no equivalent' }
}
