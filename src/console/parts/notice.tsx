/** A message that stands out: what is wrong, or what happened. */
import type { ComponentChildren } from 'preact'

interface NoticeProps {
  readonly kind: 'bad' | 'warn' | 'good'
  readonly children: ComponentChildren
}

export function Notice({ kind, children }: NoticeProps) {
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  )
}
