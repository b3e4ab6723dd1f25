/** Path of a Chromium on this machine; one that the environment names as `CHROMIUM` goes first. Throws an Error with advice if there is none. */
export function requireChromium(): string
