/** The requests whose codecs are kafkajs's, by API key. Fetch, Produce, Metadata, InitProducerId, OffsetFetch and TxnOffsetCommit have
 * their own files here. */

import { requests } from 'kafkajs/src/protocol/requests/index.js'

export const apis = {
  listOffsets: { key: 2, definition: requests.ListOffsets },
  offsetCommit: { key: 8, definition: requests.OffsetCommit },
  findCoordinator: { key: 10, definition: requests.GroupCoordinator },
  joinGroup: { key: 11, definition: requests.JoinGroup },
  heartbeat: { key: 12, definition: requests.Heartbeat },
  leaveGroup: { key: 13, definition: requests.LeaveGroup },
  syncGroup: { key: 14, definition: requests.SyncGroup },
  describeGroups: { key: 15, definition: requests.DescribeGroups },
  createTopics: { key: 19, definition: requests.CreateTopics },
  deleteTopics: { key: 20, definition: requests.DeleteTopics },
  deleteRecords: { key: 21, definition: requests.DeleteRecords },
  addPartitionsToTxn: { key: 24, definition: requests.AddPartitionsToTxn },
  addOffsetsToTxn: { key: 25, definition: requests.AddOffsetsToTxn },
  endTxn: { key: 26, definition: requests.EndTxn },
  describeConfigs: { key: 32, definition: requests.DescribeConfigs },
  deleteGroups: { key: 42, definition: requests.DeleteGroups },
} as const
