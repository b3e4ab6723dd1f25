/** A button with an icon, a text, or both. */
import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps {
  readonly onClick: () => void
  readonly icon?: IconName
  /** What the button does, where no text says it. */
  readonly label?: string
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly pressed?: boolean
  readonly isDisabled?: boolean
  readonly title?: string
  readonly children?: ComponentChildren
}

export function Button({ onClick, icon, label, kind = 'plain', pressed, isDisabled, title, children }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      onClick={onClick}
      title={title ?? label}
      aria-label={label}
      aria-pressed={pressed}
      disabled={isDisabled}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  )
}
