/** How a schema registry is reached; plain data. */

/** Certificates in PEM. */
export interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** False: the name in the server's certificate is not compared with its address. */
  readonly checksName?: boolean
}

export interface HttpRegistryOptions {
  /** Base addresses, at least one; a path such as Apicurio's `/apis/ccompat/v7` belongs to them. */
  readonly urls: readonly string[]
  readonly credentials: RegistryCredentials | null
  readonly tls: TlsOptions
  readonly timeoutMs: number
}

export type RegistryCredentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
