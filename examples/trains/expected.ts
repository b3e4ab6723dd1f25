/** What the queries must answer, computed from the feed without Millrace. */
import type { Expected, Row } from '../support/example.ts'
import { inOrder } from '../support/rows.ts'
import { type Position, readPositions } from './data.ts'

export function expected(): Expected {
  const trains = [...Map.groupBy(readPositions(), ({ train }) => train).values()].map((positions) => ({
    ...positions.at(-1)!,
    reports: positions.length,
  }))
  const onTheWay = Map.groupBy(
    trains.filter(({ minutesLeft }) => minutesLeft > 0),
    ({ destination }) => destination,
  )
  const boards: Row[] = [...onTheWay].map(([destination, rows]) => {
    const [next, after = null] = rows.map(entry).sort()
    return [destination, next!, after, rows.length, rows.reduce((sum, { reports }) => sum + reports, 0)]
  })
  const followed = trains.filter(({ train }) => train === 'IC 6')
  return {
    settled: [{ sql: 'SELECT * FROM next_trains;', isSettled: (rows) => sameRows(rows, boards) }],
    answers: [
      { rows: boards.filter(([destination]) => destination === 'Basel').map((row) => row.slice(0, 3)) },
      { rows: boards },
      { rows: followed.map(({ train, destination, near, minutesLeft }) => [train, destination, near, minutesLeft]) },
    ],
  }
}

/** `2026-03-06 09:12 IC 7 near Olten`. */
function entry({ train, near, at, minutesLeft }: Position): string {
  const arrival = new Date(at + minutesLeft * 60_000).toISOString()
  return `${arrival.slice(0, 10)} ${arrival.slice(11, 16)} ${train} near ${near}`
}

const sameRows = (rows: readonly Row[], others: readonly Row[]): boolean =>
  JSON.stringify(inOrder(rows)) === JSON.stringify(inOrder(others))
