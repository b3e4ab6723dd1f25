/** Paths of the console, and what they stand for. */

export const BASE = '/console'

export interface Route {
  /** First part of the path; empty: the page on which a visit begins. */
  readonly view: string
  /** What the view shows of its kind; null: all of it. */
  readonly name: string | null
  readonly query: URLSearchParams
}

export function readRoute(url: URL): Route {
  const [view = '', name] = url.pathname
    .slice(BASE.length)
    .split('/')
    .filter((part) => part !== '')
  return { view, name: name === undefined ? null : decodeURIComponent(name), query: url.searchParams }
}

/** The path of a view. */
export const linkTo = (view: string, name?: string): string =>
  [BASE, view, ...(name === undefined ? [] : [encodeURIComponent(name)])].filter((part) => part !== '').join('/')
