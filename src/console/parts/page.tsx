/** The frame of a view: its title, what can be done, and what it shows. */
import type { ComponentChildren } from 'preact'
import { Notice } from './notice.tsx'

interface PageProps {
  readonly title: ComponentChildren
  /** Where this view belongs. */
  readonly back?: { readonly href: string; readonly title: string }
  readonly actions?: ComponentChildren
  /** Why the view could not be read; null: it could. */
  readonly error?: string | null
  readonly children?: ComponentChildren
}

export function Page({ title, back, actions, error = null, children }: PageProps) {
  return (
    <div class="page">
      <div class="page-head">
        <div>
          {back !== undefined && (
            <a class="back" href={back.href}>
              {back.title}
            </a>
          )}
          <h1>{title}</h1>
        </div>
        {actions !== undefined && <div class="page-actions">{actions}</div>}
      </div>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {children}
    </div>
  )
}

interface SectionProps {
  readonly title: string
  readonly note?: string
  readonly children: ComponentChildren
}

/** A part of a view under a heading of its own. */
export function Section({ title, note, children }: SectionProps) {
  return (
    <section class="section">
      <h2>
        {title}
        {note !== undefined && <span class="dim section-note"> {note}</span>}
      </h2>
      {children}
    </section>
  )
}
