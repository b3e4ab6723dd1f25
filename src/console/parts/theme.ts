/** Dark or light: as the system says, until the user has chosen. */
import { useEffect, useState } from 'preact/hooks'

type Theme = 'light' | 'dark'

const KEY = 'millrace.theme'

function chosenTheme(): Theme | null {
  const stored = localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : null
}

const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
const systemTheme = (): Theme => (systemIsDark.matches ? 'dark' : 'light')

export function useTheme(): [Theme, toggle: () => void] {
  const [theme, setTheme] = useState<Theme>(() => chosenTheme() ?? systemTheme())
  useEffect(() => {
    const follow = () => setTheme(chosenTheme() ?? systemTheme())
    systemIsDark.addEventListener('change', follow)
    return () => systemIsDark.removeEventListener('change', follow)
  }, [])
  document.documentElement.dataset['theme'] = theme
  const toggle = () => {
    const next = theme === 'dark' ? 'light' : 'dark'
    localStorage.setItem(KEY, next)
    setTheme(next)
  }
  return [theme, toggle]
}
