/** What is wrong with a folder of statements, or with its way to a server; in words for its author. */
export class DeployError extends Error {
  override readonly name = 'DeployError'
}
