#!/bin/sh
# Millrace as a measured peer; judge.ts says what it reads from the environment. As the command `millrace` it keeps compiled code
# between runs, and like `npm start` it bounds V8's young generation.
directory=$(cd "$(dirname "$0")/.." && pwd)
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$directory/node_modules/.cache/millrace}"
exec "$directory/node_modules/.bin/node" --max-semi-space-size=2 "$directory/bench/judge.ts"
