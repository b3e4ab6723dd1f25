// Names the tests that passed at their second try, then prints "N passed, N failed", from Vitest's JSON report. A test file that could
// not be run counts as one failure, and so does a run that failed in any other way. Usage: summary.mjs REPORT EXIT_STATUS. Runs on any
// Node >= 20.
import { readFileSync } from 'node:fs'

const [file, status] = process.argv.slice(2)
const isFailure = status !== '0'

function counts() {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const broken = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
    )
    for (const { name, assertionResults } of report.testResults)
      for (const { status, failureMessages, fullName } of assertionResults)
        if (status === 'passed' && failureMessages.length > 0)
          console.log(`unsteady: ${name}: ${fullName}\n  ${failureMessages[0]}`)
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
  } catch {
    return { passed: 0, failed: 0 }
  }
}

const { passed, failed } = counts()
const allFailed = failed === 0 && isFailure ? 1 : failed
console.log(`${passed} passed, ${allFailed} failed`)
process.exit(isFailure || allFailed > 0 ? 1 : 0)
