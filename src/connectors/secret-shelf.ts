/** The stored secrets of a thread of connectors, sealed: those of the last list that it was given. */
import type { SealedSecret, SecretVault } from './secret-vault.ts'
import type { StoredSecrets } from './secrets.ts'

export class SecretShelf implements StoredSecrets {
  readonly vault: SecretVault | null
  #sealed: Readonly<Record<string, SealedSecret>> = {}

  constructor(vault: SecretVault | null) {
    this.vault = vault
  }

  sealed(name: string): SealedSecret | undefined {
    return Object.hasOwn(this.#sealed, name) ? this.#sealed[name] : undefined
  }

  replace(sealed: Readonly<Record<string, SealedSecret>>): void {
    this.#sealed = sealed
  }
}
