#!/usr/bin/env node
// The command of the published package. Plain JavaScript that Node versions without what the program needs can still read, so that they
// say which version is missing instead of failing at a syntax that they do not know.
const NEEDED = [22, 15]

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(`Millrace needs Node ${NEEDED.join('.')} or later; this is ${process.versions.node}.`)
  process.exit(1)
}
await import('../dist/bundle/server/millrace.js')
