import { describe, expect, it } from 'vitest'
import { statements } from '../../../bench/nexmark/peers/flink.ts'

const context = { bootstrapServers: '127.0.0.1:9092', directory: '/data', eventFolder: '/events' }

describe("the statements of Flink's queries", () => {
  it('name the topics and the servers in the place of braces', () => {
    const text = statements('q0', 'out', context)
    expect(text).not.toMatch(/[{}]/)
    expect(text).toContain(
      "WITH ('connector' = 'kafka', 'topic' = 'nexmark-bid', 'properties.bootstrap.servers' = '127.0.0.1:9092', 'format' = 'json'," +
        " 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset')",
    )
    expect(text).toContain("'topic' = 'out'")
  })

  it('write a table by key, and read the side input from its file', () => {
    expect(statements('q17', 'out', context)).toContain("'connector' = 'upsert-kafka', 'topic' = 'out'")
    expect(statements('q13', 'out', context)).toContain("'path' = 'file:///events/side_input.json'")
  })
})
