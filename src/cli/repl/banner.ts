/** The greeting of the REPL. */
import type { Client } from '../client/client.ts'
import type { Screen } from '../output/screen.ts'

const TITLE = `
  Millrace: SQL over streams
  Statements end with a semicolon. 'help' lists the commands, 'exit' or Ctrl-D leaves.
`

export interface Greeting {
  readonly client: Client
  readonly screen: Screen
  /** Version of this command line. */
  readonly version: string
}

/** Writes the title, then the line about the server. */
export async function showBanner(greeting: Greeting): Promise<void> {
  await greeting.screen.line(TITLE)
  await greetServer(greeting)
}

/** Writes versions and state of the server, or a warning if it cannot be reached: it may come up later. */
export async function greetServer({ client, screen, version }: Greeting): Promise<void> {
  try {
    const info = await client.info(AbortSignal.timeout(5000))
    const serverVersion = info.millraceVersion ?? info.version
    await screen.line(`CLI v${version}, Server v${serverVersion} located at ${client.url}`)
    await screen.line(`Server Status: ${info.serverStatus}\n`)
    if (serverVersion !== version) {
      await screen.line(`WARNING: command line and server are of different versions; some answers may look odd.\n`)
    }
  } catch (error) {
    await screen.line(`WARNING: ${(error as Error).message}\n`)
  }
}
