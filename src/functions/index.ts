/** All built-in functions: one line per family. */
import { attrFunctions } from './aggregate/attr.ts'
import { averageFunctions } from './aggregate/average.ts'
import { byOffsetFunctions } from './aggregate/by-offset.ts'
import { collectFunctions } from './aggregate/collect.ts'
import { correlationFunctions } from './aggregate/correlation.ts'
import { countFunctions } from './aggregate/count.ts'
import { countDistinctFunctions } from './aggregate/count-distinct.ts'
import { deviationFunctions } from './aggregate/deviation.ts'
import { histogramFunctions } from './aggregate/histogram.ts'
import { minMaxFunctions } from './aggregate/min-max.ts'
import { sumFunctions } from './aggregate/sum.ts'
import { topkFunctions } from './aggregate/topk.ts'
import type { FunctionDeclaration } from './declaration.ts'
import { arrayFunctions } from './scalar/array.ts'
import { conditionalFunctions } from './scalar/conditional.ts'
import { conversionFunctions } from './scalar/conversion.ts'
import { datetimeFunctions } from './scalar/datetime.ts'
import { datetimeTextFunctions } from './scalar/datetime-text.ts'
import { encodeFunctions } from './scalar/encode.ts'
import { generateSeriesFunctions } from './scalar/generate-series.ts'
import { geoFunctions } from './scalar/geo.ts'
import { greatestFunctions } from './scalar/greatest.ts'
import { jsonFunctions } from './scalar/json.ts'
import { lambdaFunctions } from './scalar/lambda.ts'
import { mapFunctions } from './scalar/map.ts'
import { maskFunctions } from './scalar/mask.ts'
import { mathFunctions } from './scalar/math.ts'
import { padFunctions } from './scalar/pad.ts'
import { realFunctions } from './scalar/real.ts'
import { regexFunctions } from './scalar/regex.ts'
import { splitFunctions } from './scalar/split.ts'
import { stringFunctions } from './scalar/string.ts'
import { urlFunctions } from './scalar/url.ts'
import { cubeExplodeFunctions } from './table/cube-explode.ts'
import { explodeFunctions } from './table/explode.ts'

export const BUILT_IN_FUNCTIONS: readonly FunctionDeclaration[] = [
  ...attrFunctions,
  ...averageFunctions,
  ...byOffsetFunctions,
  ...collectFunctions,
  ...correlationFunctions,
  ...countDistinctFunctions,
  ...countFunctions,
  ...deviationFunctions,
  ...histogramFunctions,
  ...minMaxFunctions,
  ...sumFunctions,
  ...topkFunctions,
  ...arrayFunctions,
  ...conditionalFunctions,
  ...conversionFunctions,
  ...datetimeTextFunctions,
  ...datetimeFunctions,
  ...encodeFunctions,
  ...generateSeriesFunctions,
  ...geoFunctions,
  ...greatestFunctions,
  ...jsonFunctions,
  ...lambdaFunctions,
  ...mapFunctions,
  ...maskFunctions,
  ...mathFunctions,
  ...padFunctions,
  ...realFunctions,
  ...regexFunctions,
  ...splitFunctions,
  ...stringFunctions,
  ...urlFunctions,
  ...cubeExplodeFunctions,
  ...explodeFunctions,
]
