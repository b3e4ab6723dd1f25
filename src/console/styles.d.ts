/** Style sheets are imported for the bundler, which joins them; they have no values. */
declare module '*.css'
