/**
 * Secrets of CREATE SECRET: sealed before they go into the command log, opened in the thread of connectors when a task is. Cipher: AES-256-GCM,
 * with the name of the secret as associated data, so that one secret cannot be put in the place of another.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

/** A secret as the command log has it: `version.key.nonce.tag.text`, the last four in Base64. */
export type SealedSecret = string

/** Values by their keys, in lower case. */
export type SecretValues = Readonly<Record<string, string>>

const VERSION = '1'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12

/** The key of a file: 32 bytes in hexadecimal digits or Base64; null: the text is none. */
export function secretKey(text: string): Buffer | null {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  const bytes = Buffer.from(trimmed, 'base64')
  return /^[A-Za-z0-9+/]{43}=?$/.test(trimmed) && bytes.length === KEY_BYTES ? bytes : null
}

export class SecretVault {
  readonly #key: Uint8Array
  /** Tells keys from each other without saying what they are. */
  readonly #keyId: string
  readonly #random: (bytes: number) => Uint8Array

  /** `key`: 32 bytes. `random`: unpredictable bytes. */
  constructor(key: Uint8Array, random: (bytes: number) => Uint8Array = randomBytes) {
    this.#key = key
    this.#keyId = createHmac('sha256', key).update('millrace secrets').digest('base64').slice(0, 8)
    this.#random = random
  }

  seal(name: string, values: SecretValues): SealedSecret {
    const nonce = this.#random(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(name))
    const text = Buffer.concat([cipher.update(JSON.stringify(values)), cipher.final()])
    const parts = [nonce, cipher.getAuthTag(), text].map((part) => Buffer.from(part).toString('base64'))
    return [VERSION, this.#keyId, ...parts].join('.')
  }

  open(name: string, sealed: SealedSecret): { readonly values: SecretValues } | { readonly problem: string } {
    const [version, keyId, nonce = '', tag = '', text = ''] = sealed.split('.')
    if (version !== VERSION) return { problem: `The secret ${name} was stored by a newer server.` }
    if (keyId !== this.#keyId) {
      return {
        problem: `The secret ${name} was stored with another key than that of millrace.secrets.key.file. Use that key, or store the secret again.`,
      }
    }
    const bytes = (part: string) => Buffer.from(part, 'base64')
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes(nonce))
        .setAAD(Buffer.from(name))
        .setAuthTag(bytes(tag))
      const opened = Buffer.concat([decipher.update(bytes(text)), decipher.final()])
      return { values: JSON.parse(opened.toString()) as SecretValues }
    } catch {
      return { problem: `The secret ${name} was changed where it is stored. Store it again.` }
    }
  }
}
