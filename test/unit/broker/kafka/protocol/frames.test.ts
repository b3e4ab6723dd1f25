import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader } from '../../../../../src/broker/kafka/protocol/frames.ts'

function frame(body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + body.length)
  bytes.writeInt32BE(body.length)
  bytes.set(body, 4)
  return bytes
}

test('responses come out whole, however the connection cuts them', () => {
  const bodies = fc.array(fc.uint8Array({ minLength: 4, maxLength: 50 }), { maxLength: 10 })
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(sent.map(frame))
      const received: Buffer[] = []
      const reader = new FrameReader((body) => received.push(body))
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const end = at + cuts[turn % cuts.length]!
        reader.push(stream.subarray(at, end))
        at = end
      }
      expect(received.map((body) => [...body])).toEqual(sent.map((body) => [...body]))
    }),
  )
})

test('what is no Kafka is recognized by its impossible length', () => {
  const reader = new FrameReader(() => {})
  expect(() => reader.push(Buffer.from('HTTP/1.1 400 Bad Request'))).toThrow('not a Kafka broker')
})
