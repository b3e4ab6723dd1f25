/** Writes `folder`: the page, its scripts and styles, and the licences of the libraries in them. Rejects with what is wrong in the sources. */
export function buildConsole(folder: string): Promise<void>
