/**
 * Security: a server process against a real broker with TLS, client certificates, PLAIN, SCRAM, OAUTHBEARER and ACLs, with right and with wrong
 * credentials. What is right must carry a statement and its records; what is wrong must be told plainly, in time. Then a server whose user
 * has exactly the ACLs of docs/operations.md#acls runs every kind of query, and the ACLs are taken from it one by one. Options: `matrix` (1)
 * and `acls` (1): 0 leaves the part out.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fault } from './fault.ts'
import { documentedAcls, setAcls, useEverything } from './security/acl.ts'
import { matrix } from './security/rows.ts'
import { type SecuredBroker, startSecuredBroker } from './security/secured-broker.ts'
import { tryRenewal, tryRow } from './security/try-row.ts'

export const security: Fault = async ({ number, say }) => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-security-'))
  const broker = await startSecuredBroker(directory)
  const failures: string[] = []
  const measured: Record<string, string> = {}
  try {
    const expect = (name: string, holds: boolean, told: string) => {
      measured[name] = told
      if (!holds) failures.push(`${name}: ${told}`)
      say(`${holds ? 'as expected' : 'NOT AS EXPECTED'}: ${name}: ${told}`)
    }
    if (number('matrix', 1) === 1) {
      for (const row of matrix(broker, directory)) {
        const { holds, told } = await tryRow(row)
        expect(row.name, holds, told)
      }
      const { holds, told } = await tryRenewal(broker)
      expect('OAUTHBEARER, tokens renewed', holds, told)
    }
    if (number('acls', 1) === 1) await tryAcls(broker, expect)
  } finally {
    await broker.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  return { failures, measured }
}

type Expect = (name: string, holds: boolean, told: string) => void

async function tryAcls(broker: SecuredBroker, expect: Expect): Promise<void> {
  const acls = documentedAcls()
  const refusal = () =>
    useEverything(broker).then(
      () => null,
      (error: unknown) => (error as Error).message,
    )
  const withoutAny = await refusal()
  expect('no ACLs', withoutAny?.includes('Authorization denied') === true, withoutAny ?? 'works')
  await setAcls(broker, 'add', acls)
  const withAll = await refusal()
  expect('the ACLs of the page', withAll === null, withAll ?? 'works')
  for (const acl of acls) {
    await setAcls(broker, 'remove', [acl])
    const told = (await refusal()) ?? 'works'
    await setAcls(broker, 'add', [acl])
    const isTold = told.includes(`denied to ${acl.operation} on`) || told.includes('denied to Describe on')
    expect(`without ${acl.text}`, isTold, told)
  }
}
