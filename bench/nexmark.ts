/**
 * The queries of Nexmark: `npm run bench -- nexmark [qN...] [--check] [--events 1000000] [--seed 1] [--kafka PORT] [--curve] [--limit 300]`, or beside other engines:
 * `npm run bench -- nexmark [qN...] --peers flink,ks,millrace [--reps 3] [--kafka PORT] [--table FILE]`.
 *
 * Each query runs in a server of its own over the same seeded events: on the embedded log, or with --kafka on the broker at that port of this machine. It runs twice
 * in the same process, which gives the cold and the warm figures: CPU seconds and peak memory of the server's process, and events per core-second; with --check once.
 * What it wrote is then compared with what DuckDB gives for the same query over the same events, in any order; exit code 1 where they differ, or a query does not end
 * within --limit seconds. --curve prints CPU per record for each tenth of the run. --rate: events in a second of event time.
 *
 * With --peers the same is done for each of them in turn, over topics of a Kafka: the one at --kafka or in KAFKA_BOOTSTRAP_SERVERS, else one that is started for it.
 * Flink and Kafka Streams need Java 17 and Maven. --table: the Markdown table of the medians is written there.
 */
import { parseCommandLine } from './nexmark/options.ts'
import { comparePeers } from './nexmark/peers/run.ts'
import { runNexmark } from './nexmark/run.ts'

const { isCheck, peers, ...options } = parseCommandLine(process.argv.slice(2))
const say = (line: string): void => console.log(line)
const allRight =
  peers.length > 0
    ? await comparePeers({ ...options, peers, say })
    : await runNexmark({ ...options, runs: isCheck ? 1 : 2, say })
process.exitCode = allRight ? 0 : 1
