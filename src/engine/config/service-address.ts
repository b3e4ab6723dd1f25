/** The check of addresses of other services in the configuration. */

export interface CheckedSetting {
  readonly name: string
  /** Where the password belongs, which addresses must not have. */
  readonly instead: string
}

/** Throws an Error for a text that is no address of HTTP, or one with a password. */
export function checkAddress(text: string, { name, instead }: CheckedSetting): void {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Error(
      `Configuration ${name} must list addresses that begin with http:// or https://, separated by commas, but has '${text}'.`,
    )
  }
  if (url.username === '' && url.password === '') return
  throw new Error(`Configuration ${name} must not hold a password, as it is shown to users. ${instead}`)
}
