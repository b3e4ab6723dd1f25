/** How a schema registry is reached; plain data. */
import type { ClientTls } from '../http/client-tls.ts'

export interface HttpRegistryOptions {
  /** Base addresses, at least one; a path such as Apicurio's `/apis/ccompat/v7` belongs to them. */
  readonly urls: readonly string[]
  readonly credentials: RegistryCredentials | null
  readonly tls: ClientTls
  readonly timeoutMs: number
}

export type RegistryCredentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
