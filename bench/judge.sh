#!/bin/sh
# Millrace as a measured peer; judge.ts says what it reads from the environment. Options of Node are those of `npm start`, settings of the
# C library those of the container image.
directory=$(cd "$(dirname "$0")/.." && pwd)
cd "$directory" || exit 1
# As scripts/build.mjs looks, but without a process of Node's, whose memory would count as the peer's.
if [ ! -e dist/.built ] || [ -n "$(find src grammar bench -newer dist/.built -print | head -n 1)" ]; then
  node scripts/build.mjs || exit 1
fi
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}" MALLOC_MMAP_THRESHOLD_="${MALLOC_MMAP_THRESHOLD_:-131072}"
exec node_modules/.bin/node --max-semi-space-size=2 --memory-saver-mode dist/bundle/server/judge.js
