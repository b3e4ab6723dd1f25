/** The same data without places and statements' source texts: what two texts of one meaning have in common. */
export function withoutLocations<Data>(data: Data): Data {
  return JSON.parse(JSON.stringify(data, withoutPlace)) as Data
}

const LOCATIONS = new Set(['location', 'targetLocation', 'columnLocations', 'emitLocation', 'limitLocation'])

function withoutPlace(this: { kind?: unknown }, key: string, value: unknown): unknown {
  const isSourceText = key === 'text' && !String(this.kind).endsWith('Literal')
  return LOCATIONS.has(key) || isSourceText ? undefined : value
}
