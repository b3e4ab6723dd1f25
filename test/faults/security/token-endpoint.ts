/** An identity provider of its own: a token endpoint on loopback that signs tokens, and the file with the keys by which a broker checks them. */
import { createSign, generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const CLIENT_ID = 'millrace-client'
export const CLIENT_SECRET = 'client-secret'
export const AUDIENCE = 'kafka'
export const ISSUER = 'https://issuer.example'
const KEY_ID = 'key-1'

export interface TokenEndpoint {
  readonly url: string
  /** Tokens given so far. */
  readonly given: number
  /** A token for another audience, or one that has ended. */
  token(claims: { readonly audience?: string; readonly lifetimeS: number }): string
  close(): void
}

/** `keysFile`: gets the public keys. `lifetimeS`: how long its tokens count. */
export async function startTokenEndpoint(keysFile: string, lifetimeS: number): Promise<TokenEndpoint> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }
  writeFileSync(keysFile, JSON.stringify({ keys: [jwk] }))
  let given = 0

  const token: TokenEndpoint['token'] = ({ audience = AUDIENCE, lifetimeS: seconds }) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: ISSUER, aud: audience, sub: CLIENT_ID, scope: 'kafka', iat: now, exp: now + seconds }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'RS256', typ: 'JWT', kid: KEY_ID })}.${part(claims)}`
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`
  }

  const server = createServer((request, response) => {
    request.resume()
    const expected = `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}`
    if (request.headers.authorization !== expected)
      return void response.writeHead(401).end('{"error":"invalid_client"}')
    given++
    response.writeHead(200).end(JSON.stringify({ access_token: token({ lifetimeS }), expires_in: lifetimeS }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    get given() {
      return given
    },
    token,
    close: () => server.close(),
  }
}
