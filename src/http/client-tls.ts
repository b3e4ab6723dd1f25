/** Certificates with which a client of HTTPS checks a server and is known to it; plain data. */

/** Certificates in PEM. */
export interface ClientTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** False: the name in the server's certificate is not compared with its address. */
  readonly checksName?: boolean
}
