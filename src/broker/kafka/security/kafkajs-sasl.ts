/**
 * Logins as kafkajs runs them. It brings PLAIN and SCRAM. Its OAUTHBEARER does not read the broker's answer, so that it takes a refused token
 * for accepted; the one here does. Source: RFC 7628 and Kafka's `OAuthBearerSaslClient`.
 */
import type { AuthenticationProviderArgs, Mechanism, SASLOptions } from 'kafkajs'
import type { Clock, Timer } from '../../../clock.ts'
import { BrokerError } from '../../broker-error.ts'
import type { SaslOptions, TokenLogin } from './access-options.ts'
import { obtainToken } from './oauth-token.ts'
import { TokenCache } from './token-cache.ts'

export type KafkajsLogin = SASLOptions | Mechanism

/** The connections of a cluster have one login, and share its token. */
export function kafkajsLogin(
  sasl: SaslOptions,
  { clock, timer }: { readonly clock: Clock; readonly timer: Timer },
): KafkajsLogin {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl } as SASLOptions
  const tokens = new TokenCache(() => obtainToken(sasl.token, clock), timer)
  const token = () => tokens.token()
  return { mechanism: 'OAUTHBEARER', authenticationProvider: (connection) => bearer(sasl, token, connection) }
}

const SEPARATOR = '\u0001'
/** With it a client acknowledges that it was refused; the broker then fails the exchange. */
const ACKNOWLEDGEMENT = Buffer.from(SEPARATOR)

function bearer(
  { extensions }: TokenLogin,
  token: () => Promise<string>,
  { saslAuthenticate }: AuthenticationProviderArgs,
) {
  return {
    async authenticate(): Promise<void> {
      const pairs = Object.entries(extensions).map(([name, value]) => `${name}=${value}${SEPARATOR}`)
      const message = `n,,${SEPARATOR}auth=Bearer ${await token()}${SEPARATOR}${pairs.join('')}${SEPARATOR}`
      const refusal = await saslAuthenticate({ request: sized(Buffer.from(message)), response: TEXT })
      if (typeof refusal !== 'string' || refusal === '') return
      await saslAuthenticate({ request: sized(ACKNOWLEDGEMENT), response: TEXT }).catch(() => {})
      throw new BrokerError(
        'AUTHORIZATION_FAILED',
        `The broker refuses the token: ${refusal}. Check the token's issuer, audience and scope against what the broker expects.`,
      )
    },
  }
}

const SIZE_BYTES = 4

/** kafkajs reads a request's bytes, and hands out an answer's, behind their size. */
function sized(bytes: Buffer) {
  return {
    encode() {
      const whole = Buffer.alloc(SIZE_BYTES + bytes.length)
      whole.writeInt32BE(bytes.length)
      bytes.copy(whole, SIZE_BYTES)
      return whole
    },
  }
}

const TEXT = {
  decode: (bytes: Buffer) => bytes.subarray(SIZE_BYTES),
  parse: (bytes: Buffer) => bytes.toString(),
}
