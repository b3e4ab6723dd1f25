import type { AuthenticationProviderArgs, Mechanism } from 'kafkajs'
import { expect, test } from 'vitest'
import { kafkajsLogin } from '../../../../../src/broker/kafka/security/kafkajs-sasl.ts'
import { ManualClock, systemTimer } from '../../../../../src/clock.ts'

/** Logs in at a broker with these answers in turn, null for one that fails; `sent` are the client's messages. */
async function logIn(answers: readonly (string | null)[]): Promise<{ sent: string[]; error: unknown }> {
  const token = { kind: 'unsecured', subject: 'ann', lifetimeMs: 60_000 } as const
  const sasl = { mechanism: 'oauthbearer', token, extensions: { cluster: 'lkc-1' } } as const
  const login = kafkajsLogin(sasl, { clock: new ManualClock(0), timer: systemTimer }) as Mechanism
  const sent: string[] = []
  const saslAuthenticate: AuthenticationProviderArgs['saslAuthenticate'] = async ({ request, response }) => {
    sent.push((await request.encode()).subarray(4).toString())
    const answer = answers[sent.length - 1]
    if (answer === null || answer === undefined) throw new Error('SASL authentication failed')
    const size = Buffer.alloc(4)
    size.writeInt32BE(answer.length)
    return response!.parse(await response!.decode(Buffer.concat([size, Buffer.from(answer)])))
  }
  const connection = { host: '127.0.0.1', port: 9092, saslAuthenticate } as AuthenticationProviderArgs
  const error = await login
    .authenticationProvider(connection)
    .authenticate()
    .then(
      () => null,
      (reason: unknown) => reason,
    )
  return { sent, error }
}

test('a token is sent with its extensions, and an empty answer accepts it', async () => {
  const { sent, error } = await logIn([''])
  expect(error).toBeNull()
  const fields = ['n,,', expect.stringMatching(/^auth=Bearer [\w-]+\.[\w-]+\.$/), 'cluster=lkc-1', '', '']
  expect(sent.map((message) => message.split('\u0001'))).toEqual([fields])
})

test('a refused token is an error with the broker’s reason, after the refusal was acknowledged', async () => {
  const { sent, error } = await logIn(['{"status":"invalid_token"}', null])
  expect(sent.slice(1)).toEqual(['\u0001'])
  expect(error).toMatchObject({
    code: 'AUTHORIZATION_FAILED',
    message: expect.stringContaining('The broker refuses the token: {"status":"invalid_token"}.'),
  })
})
