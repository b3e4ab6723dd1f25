/** The stream of the processing log. See docs/operations.md#bad-records. */
export const PROCESSING_LOG = 'KSQL_PROCESSING_LOG'
