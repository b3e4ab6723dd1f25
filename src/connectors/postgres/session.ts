/** Settings of sessions whose texts of values are read: dates and intervals in ISO forms, instants in UTC, numbers with all their digits. */
export const SESSION =
  '-c DateStyle=ISO -c IntervalStyle=iso_8601 -c TimeZone=UTC -c extra_float_digits=3 -c bytea_output=hex'
