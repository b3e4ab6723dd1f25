/** The log that stands for the broker in simulations does what every broker must do. */
import { systemClock, systemTimer } from '../../src/clock.ts'
import { MemoryBroker } from '../support/simulation/memory-broker.ts'
import { MemoryLog } from '../support/simulation/memory-log.ts'
import { brokerContract } from './broker.contract.ts'

brokerContract('the log in memory', async () => {
  const log = new MemoryLog({ clock: systemClock, timer: systemTimer })
  return { connect: async () => new MemoryBroker(log), stop: async () => {} }
})
