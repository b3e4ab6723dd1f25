/** Path of a Chromium on this machine; null: there is none. The environment's `CHROMIUM` names one elsewhere. */
export function findChromium(): string | null
