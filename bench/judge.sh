#!/bin/sh
# Millrace as a measured peer; judge.ts says what it reads from the environment.
directory=$(cd "$(dirname "$0")/.." && pwd)
exec "$directory/node_modules/.bin/node" "$directory/bench/judge.ts"
