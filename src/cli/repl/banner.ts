/** What the user reads first. */
import type { Client } from '../client/client.ts'
import type { Screen } from '../output/screen.ts'

const TITLE = `
  Millrace: SQL over streams
  Statements end with a semicolon. 'help' lists the commands, 'exit' or Ctrl-D leaves.
`

export interface Greeting {
  readonly client: Client
  readonly screen: Screen
  /** Of this command line. */
  readonly version: string
}

/** The title, then the server. */
export async function showBanner(greeting: Greeting): Promise<void> {
  await greeting.screen.line(TITLE)
  await greetServer(greeting)
}

/** Versions and state of the server; a warning if it cannot be reached, because it may come up later. */
export async function greetServer({ client, screen, version }: Greeting): Promise<void> {
  try {
    const info = await client.info(AbortSignal.timeout(5000))
    await screen.line(`CLI v${version}, Server v${info.version} located at ${client.url}`)
    await screen.line(`Server Status: ${info.serverStatus}\n`)
    if (info.version !== version) {
      await screen.line(`WARNING: command line and server are of different versions; some answers may look odd.\n`)
    }
  } catch (error) {
    await screen.line(`WARNING: ${(error as Error).message}\n`)
  }
}
