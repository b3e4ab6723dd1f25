/** The credentials that a client shows to a Kafka cluster: plain data, so that it can be handed to a worker thread. */

/** Certificates and keys in PEM, or a key with its certificate in PKCS 12. */
export interface TlsOptions {
  /** Certificate authorities to trust; default: the system's. */
  readonly ca?: string
  /** This client's certificate with those that lead to an authority. */
  readonly cert?: string
  readonly key?: string
  /** Key and certificate in one PKCS 12 file, instead of `cert` and `key`. */
  readonly pfx?: Uint8Array
  /** Decrypts `key` or `pfx`. */
  readonly passphrase?: string
  /** False: the name in the broker's certificate is not compared with its address. */
  readonly checksName?: boolean
}

export type SaslOptions = PasswordLogin | TokenLogin

export interface PasswordLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

/** Source: RFC 7628, KIP-255 and KIP-768. */
export interface TokenLogin {
  readonly mechanism: 'oauthbearer'
  readonly token: TokenOrigin
  /** Sent to the broker with the token. */
  readonly extensions: Readonly<Record<string, string>>
}

/** Where tokens come from. */
export type TokenOrigin =
  | {
      /** A server that gives tokens for the credentials of a client. Source: RFC 6749, "Client Credentials Grant". */
      readonly kind: 'endpoint'
      readonly url: string
      readonly clientId: string
      readonly clientSecret: string
      readonly scope: string | null
      /** Certificate authorities for an https address, in PEM; null: the system's. */
      readonly ca: string | null
      readonly timeoutMs: number
    }
  /** A file that another program keeps up to date; it is read again for each token. */
  | { readonly kind: 'file'; readonly path: string }
  /** A token without a signature, which only brokers for development take. Source: Kafka's `OAuthBearerUnsecuredLoginCallbackHandler`. */
  | { readonly kind: 'unsecured'; readonly subject: string; readonly lifetimeMs: number }
