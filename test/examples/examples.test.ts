import { describe } from 'vitest'
import { exampleChecks } from '../support/example-checks.ts'

describe('on the embedded log', () => exampleChecks(null))
