/** A question before something that cannot be taken back. The browser's own dialog keeps the focus inside, and closes with Escape. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from './button.tsx'

interface ConfirmProps {
  readonly title: string
  /** Text of the button that does it. */
  readonly action: string
  readonly kind?: 'primary' | 'danger'
  /** False: it cannot be done yet. */
  readonly isReady?: boolean
  readonly onConfirm: () => void
  readonly onCancel: () => void
  readonly children: ComponentChildren
}

export function Confirm({
  title,
  action,
  kind = 'danger',
  isReady = true,
  onConfirm,
  onCancel,
  children,
}: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="dialog-title" onClose={onCancel}>
      <h2 id="dialog-title">{title}</h2>
      <div class="dialog-text">{children}</div>
      <div class="dialog-actions">
        <Button onClick={() => dialog.current?.close()}>Cancel</Button>
        <Button kind={kind} isDisabled={!isReady} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </dialog>
  )
}
