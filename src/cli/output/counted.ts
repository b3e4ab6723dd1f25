/** `1 row`, `1,200 rows`. `noun`: the singular of one whose plural ends in s. */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`

/** The beginning of a sentence in the passive: `1 row was`, `1,200 rows were`. */
export const countedWere = (count: number, noun: string): string =>
  `${counted(count, noun)} ${count === 1 ? 'was' : 'were'}`
