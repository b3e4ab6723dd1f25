/** What a registry in this process must know of a schema language. */

export interface SchemaRules {
  /**
   * The text as it is kept and compared: schemas that differ only in white space have one id. Throws an Error that says why if the text is
   * no schema. `imports`: texts of what it refers to, by name.
   */
  normalize(text: string, imports: { readonly [name: string]: string }): string
  /** Why data written with `writer` cannot be read with `reader`, a sentence each; empty: it can. Both are normalized. */
  readFaults(reader: string, writer: string, imports: { readonly [name: string]: string }): readonly string[]
}
