/** The key that secrets are encrypted by. */
import { readFileSync } from 'node:fs'
import { secretKey } from '../connectors/secret-vault.ts'
import { messageOf } from '../errors.ts'
import type { ServerSetup } from './setup.ts'

const SETTING = 'millrace.secrets.key.file'

/** Null: no setting names a file. Throws an Error for one that cannot be read or has no key. */
export function readSecretKey({ config }: Pick<ServerSetup, 'config'>): Uint8Array | null {
  const path = config.get(SETTING)?.trim() ?? ''
  if (path === '') return null
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`Cannot read the file that ${SETTING} names: ${messageOf(cause)}`, { cause })
  }
  const key = secretKey(text)
  if (key !== null) return key
  throw new Error(
    `The file ${path} that ${SETTING} names has no key: it wants 32 bytes in Base64 or hexadecimal digits, as \`openssl rand -base64 32\` makes them.`,
  )
}
