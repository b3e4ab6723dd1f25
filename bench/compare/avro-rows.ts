/** Avro payloads of the jobs j1 and j7: schemas as Millrace registers them, rows by avsc. */
import avsc from 'avsc'
import { avro } from '../../src/serde/avro.ts'
import type { Column } from '../../src/types/schema.ts'
import { USER_COLUMNS } from '../user-columns.ts'
import { type User, userColumns } from './data.ts'
import type { Job } from './job-sql.ts'
import type { Cells } from './row-sum.ts'

export const AVRO_USERS_TOPIC = 'users-avro'
/** Jobs that have an Avro form. */
export const AVRO_JOBS: readonly Job[] = ['j1', 'j7']

const J1_COLUMNS = USER_COLUMNS.filter(({ name }) => ['USERID', 'CITY', 'PAYLOAD'].includes(name))

const schemaText = (columns: readonly Column[]): string =>
  avro.schemas!.schemaOf(columns, { format: 'AVRO', unwrapped: false }, 'VALUE')

export const inputSchema = (): string => schemaText(USER_COLUMNS)
export const outputSchema = (job: Job): string => schemaText(job === 'j1' ? J1_COLUMNS : USER_COLUMNS)

/** The id that the first schema of a new registry gets. */
const USERS_ID = 1
const FRAME_BYTES = 5
const avscType = (text: string): avsc.Type => avsc.Type.forSchema(JSON.parse(text) as avsc.Schema)

/** Gives the payloads of users, each with its frame. */
export function userEncoder(): (user: User) => Buffer {
  const type = avscType(inputSchema())
  const frame = Buffer.alloc(FRAME_BYTES)
  frame.writeUInt32BE(USERS_ID, 1)
  return (user) => Buffer.concat([frame, type.toBuffer(userColumns(user))])
}

/** Reads rows of the job's output. */
export function rowDecoder(job: Job): (payload: Buffer) => Cells {
  const type = avscType(outputSchema(job))
  return (payload) => ({ ...(type.fromBuffer(payload.subarray(FRAME_BYTES)) as Cells) })
}
