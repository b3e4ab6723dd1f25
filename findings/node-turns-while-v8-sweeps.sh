#!/usr/bin/env bash
# Expectation: a thread of Node that waits for a timer sleeps. What V8 still has to do after a collection it does in background threads, or in a few
#   short tasks in the thread.
# Behaviour: until a background thread has swept Oilpan, V8's heap of C++ objects, the thread's event loop turns without a pause, hundreds of times
#   for each time that the thread has something to do. Each turn is three system calls. With more busy threads than cores the background
#   thread gets no core, not least because of the threads that turn. A program of three workers on two cores spent a fifth of its CPU time so.
#   Since V8's flag --single-threaded-gc, set when the program runs, has Oilpan alone swept in the thread itself, it shows the difference.
# Version: Node 26.10.0 (V8 14.6), by the npm package node.
# Source: V8's src/heap/cppgc/sweeper.cc: SweepForLowPriorityTask posts itself again, without a delay, while the concurrent sweeper is not done. It
#   relies on a queue of low priority. Node's platform (src/node_platform.cc, PerIsolatePlatformData::PostTaskImpl) has one queue, and
#   wakes the event loop for each task.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund node@26.10.0
cat > check.mjs <<'CODE'
import { availableParallelism } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

const TIMES = 200
const kept = []

/** Makes garbage for 5 ms of 20, so that V8 collects now and then, and answers how often the event loop has turned. */
function allocate() {
  const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount
  const before = turns()
  let times = 0
  const timer = setInterval(() => {
    for (const end = performance.now() + 5; performance.now() < end; ) {
      kept.push(Array.from({ length: 100 }, (_, i) => `${i} ${times}`))
      if (kept.length > 20_000) kept.splice(0, 10_000)
    }
    if (++times < TIMES) return
    clearInterval(timer)
    parentPort.postMessage((turns() - before) / TIMES)
  }, 20)
}

const inThread = () =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url))
    thread.once('error', reject)
    thread.once('message', (turns) => thread.terminate().then(() => resolve(turns)))
  })

async function measure(what) {
  const turns = await Promise.all(Array.from({ length: 2 * availableParallelism() }, inThread))
  console.log(`${what}: ${turns.map((each) => each.toFixed(0)).join(', ')} turns of each thread's event loop per timer`)
  return turns.reduce((sum, each) => sum + each, 0)
}

if (!isMainThread) allocate()
else {
  const byDefault = await measure('by default')
  setFlagsFromString('--single-threaded-gc')
  const inTheThread = await measure('with Oilpan swept in the thread')
  process.exit(byDefault > 4 * inTheThread ? 0 : 1)
}
CODE
node_modules/.bin/node check.mjs
