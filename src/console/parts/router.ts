/** The view that a path stands for. Links within the console change the path without loading the page again. */
import { useEffect, useState } from 'preact/hooks'
import { BASE, type Route, readRoute } from './route.ts'

const CHANGED = 'millrace:route'

export function navigate(path: string): void {
  history.pushState(null, '', path)
  window.dispatchEvent(new Event(CHANGED))
  window.scrollTo(0, 0)
}

/** The route of the page, which follows links within the console. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(new URL(location.href)))
  useEffect(() => {
    const read = () => setRoute(readRoute(new URL(location.href)))
    const onClick = (event: MouseEvent) => {
      const path = linkOf(event)
      if (path === null) return
      event.preventDefault()
      navigate(path)
    }
    window.addEventListener('popstate', read)
    window.addEventListener(CHANGED, read)
    document.addEventListener('click', onClick)
    return () => {
      window.removeEventListener('popstate', read)
      window.removeEventListener(CHANGED, read)
      document.removeEventListener('click', onClick)
    }
  }, [])
  return route
}

/** The path that a click leads to; null: the click is not for the console, or is to open another window. */
function linkOf(event: MouseEvent): string | null {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return null
  const link = (event.target as Element | null)?.closest('a')
  if (link === null || link === undefined || link.origin !== location.origin || link.target !== '') return null
  return link.pathname.startsWith(BASE) && !/\.\w+$/.test(link.pathname) ? link.pathname + link.search : null
}
