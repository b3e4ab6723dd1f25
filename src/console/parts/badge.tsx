/** A state, by its word and its colour. */
import type { Health } from '../api/query-health.ts'

const KINDS: Readonly<Record<string, 'good' | 'warn' | 'bad' | 'calm'>> = {
  RUNNING: 'good',
  READY: 'good',
  PAUSED: 'calm',
  ERROR: 'bad',
  FAILED: 'bad',
  UNRESPONSIVE: 'bad',
}

export function StateBadge({ state }: { readonly state: string }) {
  return <span class={`badge ${KINDS[state] ?? 'warn'}`}>{state.toLowerCase()}</span>
}

const HEALTH: Readonly<Record<Health, { readonly kind: string; readonly text: string }>> = {
  failed: { kind: 'bad', text: 'failed' },
  errors: { kind: 'bad', text: 'errors' },
  lagging: { kind: 'warn', text: 'lagging' },
  restoring: { kind: 'warn', text: 'restoring' },
  paused: { kind: 'calm', text: 'paused' },
  good: { kind: 'good', text: 'running' },
}

export function HealthBadge({ health }: { readonly health: Health }) {
  const { kind, text } = HEALTH[health]
  return <span class={`badge ${kind}`}>{text}</span>
}
