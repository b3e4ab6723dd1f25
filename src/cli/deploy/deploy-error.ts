/** An error in a folder of statements, or on its way to a server. The message is for the author of the folder. */
export class DeployError extends Error {
  override readonly name = 'DeployError'
}
