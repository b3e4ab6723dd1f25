/** State that is gone, and that the records which its task can still read are not enough for. */

export class StateLostError extends Error {
  override readonly name = 'StateLostError'

  /** `gone`: number of records of the topic partition, at the beginning of what the task once read. */
  constructor({
    taskId,
    topic,
    partition,
    gone,
  }: {
    readonly taskId: string
    readonly topic: string
    readonly partition: number
    readonly gone: number
  }) {
    super(
      `The state of task ${taskId} is lost, and ${gone} records that it was made of are no longer in partition ${partition} of ${topic}.`,
    )
  }
}
