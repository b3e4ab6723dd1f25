import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { attachEmbeddedLog, openEmbeddedLog } from '../../src/broker/embedded/embedded-log.ts'
import type { BrokerHarness } from './broker/broker-world.ts'
import { brokerContract } from './broker.contract.ts'

async function openTemporary() {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-log-'))
  const log = await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn: console.error })
  return {
    log,
    async stop() {
      await log.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

brokerContract('the embedded log in its owner thread', async (): Promise<BrokerHarness> => {
  const { log, stop } = await openTemporary()
  return {
    async connect() {
      const broker = log.broker()
      await broker.connect()
      return broker
    },
    stop,
  }
})

// The attachment is what a worker uses; that it can be used from another thread is shown in test/unit/broker/embedded/embedded-log-threads.test.ts.
brokerContract('the embedded log through attachments', async (): Promise<BrokerHarness> => {
  const { log, stop } = await openTemporary()
  return {
    async connect() {
      const broker = attachEmbeddedLog(log.attachment())
      await broker.connect()
      return broker
    },
    stop,
  }
})
