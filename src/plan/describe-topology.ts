/** The sub-topologies of a plan as text: what reads which topic, and what each part writes. */
import type { Step } from '../operators/index.ts'
import { inputsOf } from '../operators/inputs.ts'
import type { PhysicalPlan } from './physical-plan.ts'
import { splitTopology } from './topology.ts'

export function describeTopology({ steps }: PhysicalPlan): string {
  const parts = splitTopology(steps).map(({ index, reads, steps: own }) => {
    const sources = reads.map((step) => `    Source: ${step.id} (topic: ${topicOf(step)})`)
    const others = own.map((step) => `    ${word(step)}: ${step.id}${target(step)} <-- ${inputsOf(step).join(', ')}`)
    return [`   Sub-topology: ${index}`, ...sources, ...others].join('\n')
  })
  return ['Topologies:', ...parts, ''].join('\n')
}

const topicOf = (step: Extract<Step, { kind: 'source' | 'repartition' }>): string =>
  step.kind === 'source' ? step.topic : step.topicSuffix

const word = ({ kind }: Step): string => (kind === 'sink' || kind === 'repartition' ? 'Sink' : 'Processor')

function target(step: Step): string {
  if (step.kind === 'sink') return ` (topic: ${step.topic})`
  return step.kind === 'repartition' ? ` (topic: ${step.topicSuffix})` : ''
}
