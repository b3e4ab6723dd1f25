import { afterEach, expect, test } from 'vitest'
import { joinSlots, type SlotMembership, type SlotsOptions } from '../../src/broker/kafka/groups/slot-group.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

const SLOTS = 8

describeKafka('the slots group', ({ bootstrapServers }) => {
  const members: SlotMembership[] = []
  let prefix = ''
  /** Who works on each slot at the moment, by what the callbacks said. */
  const workers = new Map<number, string>()
  const clashes: string[] = []

  async function join(address: string, options: Partial<SlotsOptions> = {}): Promise<SlotMembership> {
    let followed: readonly number[] = []
    const member = await joinSlots({
      kafka: { bootstrapServers: [bootstrapServers] },
      prefix,
      slots: SLOTS,
      address,
      identity: address,
      onMember: () => {},
      onAssigned(slots) {
        for (const slot of slots) {
          if (workers.has(slot)) clashes.push(`${slot}: ${workers.get(slot)} and ${address}`)
          workers.set(slot, address)
        }
      },
      onRevoked(slots) {
        for (const slot of slots) workers.delete(slot)
      },
      onLost(slots) {
        for (const slot of slots) workers.delete(slot)
      },
      onStandbys(slots) {
        followed = slots
      },
      // Copies are up to date at once.
      warm: () => followed,
      ...options,
    })
    members.push(member)
    return member
  }

  const newCluster = () => {
    prefix = `slots-${process.pid}-${performance.now().toFixed(0)}-`
    workers.clear()
    clashes.length = 0
  }

  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.leave()))
  })

  test('one server owns all; a second gets half of them; when one leaves, the other gets all again', async () => {
    newCluster()
    const first = await join('http://one')
    expect(first.owned).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const second = await join('http://two')
    await expect.poll(() => [first.owned.length, second.owned.length], { timeout: 10_000 }).toEqual([4, 4])
    expect([...workers.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])

    await first.leave()
    await expect.poll(() => second.owned.length, { timeout: 10_000 }).toBe(SLOTS)
    expect(new Set(workers.values())).toEqual(new Set(['http://two']))
    expect(clashes).toEqual([])
  })

  test('no slot ever has two workers, even when letting go takes time', async () => {
    newCluster()
    const letGo = Promise.withResolvers<void>()
    const first = await join('http://slow', {
      async onRevoked(slots) {
        await letGo.promise
        for (const slot of slots) workers.delete(slot)
      },
    })
    const second = await join('http://quick')
    await expect.poll(() => first.owned.length, { timeout: 10_000 }).toBe(4)
    expect(second.owned).toEqual([])
    letGo.resolve()
    await expect.poll(() => second.owned.length, { timeout: 10_000 }).toBe(4)
    expect(clashes).toEqual([])
  })

  test('each server knows where the owner of a slot is', async () => {
    newCluster()
    const first = await join('http://one')
    await join('http://two')
    await expect.poll(async () => (await first.owners()).map(({ slots }) => slots.length)).toEqual([4, 4])
    const owners = await first.owners()
    expect(owners.map(({ address }) => address).sort()).toEqual(['http://one', 'http://two'])
    expect(owners.find(({ address }) => address === 'http://one')?.slots).toEqual(first.owned)
  })

  test('who comes back after a crash has its slots at once, while its former self still counts as alive', async () => {
    newCluster()
    const lost: string[] = []
    const onLost = () => void lost.push('former')
    const former = await join('http://one', { sessionTimeoutMs: 30_000, onAssigned: () => {}, onLost })
    const startedAt = performance.now()
    const again = await join('http://one', { sessionTimeoutMs: 30_000 })
    await expect.poll(() => again.owned.length, { timeout: 10_000 }).toBeGreaterThan(0)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual(['former'])
    await former.leave()
  })

  test('who counts the slots in another way is refused', async () => {
    newCluster()
    await join('http://one')
    await expect(join('http://other', { slots: SLOTS + 1 })).rejects.toThrow()
  })

  test('a callback that fails ends the membership, and the others take over', async () => {
    newCluster()
    const first = await join('http://one')
    const broken = join('http://broken', {
      onAssigned() {
        throw new Error('no space')
      },
    })
    await broken.catch(() => {})
    const ended = await broken.then(
      (member) =>
        member.ended.then(
          () => 'left',
          (error: Error) => error.message,
        ),
      (error: Error) => error.message,
    )
    expect(ended).toBe('no space')
    await expect.poll(() => first.owned.length, { timeout: 10_000 }).toBe(SLOTS)
    members.length = 1
  })
})
