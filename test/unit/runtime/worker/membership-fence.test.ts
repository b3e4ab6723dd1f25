import { expect, test } from 'vitest'
import { BrokerError } from '../../../../src/broker/broker-error.ts'
import { ManualTimer } from '../../../../src/clock.ts'
import { MembershipFence } from '../../../../src/runtime/worker/membership-fence.ts'

const member = (generation: number) => ({
  group: 'slots',
  topic: 'commands',
  memberId: 'm',
  generation,
  liveWriters: null,
})

/** A broker whose group is in that generation. */
function group(generation: number) {
  const sent: number[] = []
  return {
    sent,
    producer: {
      async sendOffsets(_group: string, _offsets: unknown, membership?: { readonly generation: number }) {
        sent.push(membership!.generation)
        if (membership!.generation !== generation) throw new BrokerError('STALE_MEMBER', 'Another generation.')
      },
    },
  }
}

test('where slots are not shared a transaction depends on nothing', async () => {
  const { producer, sent } = group(1)
  await new MembershipFence(new ManualTimer()).addTo(producer)
  expect(sent).toEqual([])
})

test('a member commits in its generation', async () => {
  const fence = new MembershipFence(new ManualTimer())
  fence.member = member(3)
  const { producer, sent } = group(3)
  await fence.addTo(producer)
  expect(sent).toEqual([3])
})

test('a commit that comes between two generations waits for the new one', async () => {
  const fence = new MembershipFence(new ManualTimer())
  fence.member = member(3)
  const { producer, sent } = group(4)
  const adding = fence.addTo(producer)
  await Promise.resolve()
  fence.member = member(4)
  await adding
  expect(sent).toEqual([3, 4])
})

test('a server that has lost its place cannot commit', async () => {
  const fence = new MembershipFence(new ManualTimer())
  fence.member = member(3)
  const { producer } = group(4)
  const adding = fence.addTo(producer)
  await Promise.resolve()
  fence.member = null
  await expect(adding).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
  await expect(fence.addTo(producer)).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
})

test('a commit does not wait endlessly for a new generation', async () => {
  const timer = new ManualTimer()
  const fence = new MembershipFence(timer)
  fence.member = member(3)
  const { producer } = group(4)
  const adding = fence.addTo(producer)
  const refused = expect(adding).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
  await new Promise((resolve) => setImmediate(resolve))
  timer.advance(5_000)
  await refused
})
