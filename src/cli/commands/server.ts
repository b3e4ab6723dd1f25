/** `millrace server`: runs until a signal stops it, and loses nothing that it has acknowledged. */

export interface ServerCommandOptions {
  readonly listen?: string
  readonly dataDir?: string
  readonly bootstrapServers?: string
  readonly config?: string
  readonly check: boolean
}

/** A started server. */
export interface Serving {
  readonly urls: readonly string[]
  /** Where records are stored, in words for the user. */
  readonly storage: string
  /** Resolves when the server accepts statements; rejects if it cannot start. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

/** Opens the ports and starts the engine; null with `check`. Rejects with an Error whose message is for the user. */
export type Serve = (options: ServerCommandOptions) => Promise<Serving | null>

/** Resolves to the exit code when the server has ended. */
export async function runServer(options: ServerCommandOptions, serve: Serve): Promise<number> {
  const serving = await serve(options)
  if (serving === null) {
    console.log('The configuration is fine.')
    return 0
  }
  const stopped = untilSignal()
  try {
    await Promise.race([serving.ready, stopped])
  } catch (error) {
    await serving.close()
    console.error((error as Error).message)
    return 1
  }
  console.log(`Millrace listens on ${serving.urls.join(', ')}, ${serving.storage}. Ctrl-C stops it.`)
  const signal = await stopped
  console.log(`${signal}: finishing running work. A second signal stops at once.`)
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  await serving.close()
  return 0
}

function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
