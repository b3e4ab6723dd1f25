/** Sends a bad record to its topic again, as it is or with another value, after it has shown the record and what was wrong with it. */
import { useEffect, useId, useState } from 'preact/hooks'
import type { SentAgain } from '../../engine/requests.ts'
import type { RecordPlace } from '../../types/record-headers.ts'
import { foldable } from '../api/exact-json.ts'
import { messageOf } from '../api/server-error.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { timeText } from '../parts/format.ts'
import { JsonTree } from '../parts/json-tree.tsx'
import { Notice } from '../parts/notice.tsx'
import { linkTo } from '../parts/route.ts'
import { readSendable, type Sendable, sendAgain } from './sent-records.ts'
import { recordLink } from './topic-place.ts'

interface SendAgainProps {
  /** Where the record is read: its own place, or that of its dead letter. */
  readonly at: RecordPlace
  /** Where the record stood at first. */
  readonly origin: RecordPlace
  readonly cause: string
}

export function SendAgain(props: SendAgainProps) {
  const [isAsking, setIsAsking] = useState(false)
  const [sent, setSent] = useState<SentAgain | null>(null)
  return (
    <>
      <p>
        <Button icon="resend" onClick={() => setIsAsking(true)}>
          Send again…
        </Button>
      </p>
      {sent !== null && (
        <Notice kind="good">
          Sent to partition {sent.partition} of{' '}
          <a href={`${linkTo('topics', sent.topic)}?partition=${sent.partition}`}>{sent.topic}</a>.
        </Notice>
      )}
      {isAsking && (
        <SendDialog
          {...props}
          onSent={(answer) => {
            setSent(answer)
            setIsAsking(false)
          }}
          onCancel={() => setIsAsking(false)}
        />
      )}
    </>
  )
}

interface SendDialogProps extends SendAgainProps {
  readonly onSent: (sent: SentAgain) => void
  readonly onCancel: () => void
}

function SendDialog({ at, origin, cause, onSent, onCancel }: SendDialogProps) {
  const [sendable, setSendable] = useState<Sendable | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  /** Null: the record's own. */
  const [edited, setEdited] = useState<string | null>(null)
  const [isSending, setIsSending] = useState(false)
  useEffect(() => {
    const closing = new AbortController()
    readSendable(at, origin, { signal: closing.signal }).then(
      (found) => {
        setSendable(found)
        if (found === null) setFailure('The record is not in its topic any more.')
      },
      (error) => !closing.signal.aborted && setFailure(messageOf(error)),
    )
    return () => closing.abort()
  }, [])
  const submit = async () => {
    setIsSending(true)
    try {
      onSent(await sendAgain(at, edited === sendable?.record.value ? null : edited))
    } catch (error) {
      setFailure(messageOf(error))
      setIsSending(false)
    }
  }
  return (
    <Confirm
      title="Send this record again?"
      action="Send again"
      kind="primary"
      isReady={sendable !== null && !isSending}
      onConfirm={() => void submit()}
      onCancel={onCancel}
    >
      <p>
        It is written to partition {origin.partition} of <code>{origin.topic}</code> once more, with its key, time and
        headers. Every query that reads the topic gets it.
      </p>
      <p class="cause">{cause}</p>
      {failure !== null && <Notice kind="bad">{failure}</Notice>}
      {sendable === null && failure === null && <p>Reading the record…</p>}
      {sendable !== null && <RecordToSend sendable={sendable} origin={origin} edited={edited} onEdit={setEdited} />}
    </Confirm>
  )
}

interface RecordToSendProps {
  readonly sendable: Sendable
  readonly origin: RecordPlace
  readonly edited: string | null
  readonly onEdit: (value: string) => void
}

function RecordToSend({ sendable, origin, edited, onEdit }: RecordToSendProps) {
  const { record, isText, earlier } = sendable
  const id = useId()
  return (
    <>
      {earlier.length > 0 && (
        <Notice kind="warn">
          It was sent again before: see{' '}
          {earlier.map(({ partition, offset }, i) => (
            <a key={offset} href={recordLink({ topic: origin.topic, partition, offset })}>
              {i > 0 && ', '}
              {partition}:{offset}
            </a>
          ))}
        </Notice>
      )}
      <div class="row-field-name">Time</div>
      <div>{record.timestamp < 0 ? 'none' : timeText(record.timestamp)}</div>
      <div class="row-field-name">Key</div>
      <JsonTree value={foldable(record.key)} />
      {isText && record.value !== null ? (
        <>
          <label class="row-field-name" for={id}>
            Value, which you can change
          </label>
          <textarea
            id={id}
            rows={6}
            spellcheck={false}
            value={edited ?? record.value}
            onInput={(event) => onEdit(event.currentTarget.value)}
          />
        </>
      ) : (
        <>
          <div class="row-field-name">Value, which is sent as it is</div>
          <JsonTree value={foldable(record.value)} />
        </>
      )}
    </>
  )
}
