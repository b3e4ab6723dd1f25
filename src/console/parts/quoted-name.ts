/** A name as it is written in SQL, whatever its letters. */
export const quotedName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** A text as it is written in SQL. */
export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`
