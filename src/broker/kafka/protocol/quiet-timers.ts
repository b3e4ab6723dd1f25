/**
 * kafkajs sets a timer after every response even when no request waits, and then with a negative delay, of which Node warns on every
 * start (`TimeoutNegativeWarning`). Importing this file mends the cause once for all connections of the process: no waiting request, no
 * timer. Source: kafkajs 2.2.4 `RequestQueue.scheduleCheckPendingRequests`.
 */

import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

const schedule = RequestQueue.prototype.scheduleCheckPendingRequests

RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleIfAnyWaits(this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this)
}
