/**
 * How the user calls this program, for commands that can be copied: by npx, by the script of a checkout, or by its name. Source: npm's variables
 * `npm_command` and `npm_lifecycle_event`.
 */
export function programName(env: Readonly<Record<string, string | undefined>>): string {
  if (env['npm_command'] === 'exec') return 'npx millrace'
  return env['npm_lifecycle_event'] === 'millrace' ? 'npm run --silent millrace --' : 'millrace'
}
