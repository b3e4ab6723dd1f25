/** The functions that only the suites' own cases call; no server knows them. Source: ksqlDB's functional test runner. */
import { testAggregateFunctions } from './test-functions/aggregate.ts'
import { testScalarFunctions } from './test-functions/scalar.ts'
import { testTableFunctions } from './test-functions/table.ts'

export const TEST_FUNCTIONS = [...testScalarFunctions, ...testAggregateFunctions, ...testTableFunctions]
