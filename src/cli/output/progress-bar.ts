/** `[####......] 40 %`. `share`: 0 to 1. `width`: characters between the brackets. */
export function progressBar(share: number, width: number): string {
  const done = Math.round(share * width)
  return `[${'#'.repeat(done)}${'.'.repeat(width - done)}] ${Math.floor(share * 100)} %`
}
