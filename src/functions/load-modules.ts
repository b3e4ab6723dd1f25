/** Functions of a program that embeds the engine: modules that every thread loads for itself, since functions cannot be sent to threads. */
import type { FunctionDeclaration } from './declaration.ts'

/** What the modules at these URLs export as `functions`. Throws an Error that names a module without them. */
export async function loadFunctionModules(urls: readonly string[]): Promise<readonly FunctionDeclaration[]> {
  const modules = await Promise.all(urls.map(load))
  return modules.flat()
}

async function load(url: string): Promise<readonly FunctionDeclaration[]> {
  const { functions } = (await import(url)) as { readonly functions?: unknown }
  if (Array.isArray(functions)) return functions as readonly FunctionDeclaration[]
  throw new Error(`The module ${url} exports no array of functions with the name functions.`)
}
