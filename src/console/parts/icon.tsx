/** Icons as lines on a grid of 24, in the colour of the text beside them. */

const PATHS = {
  sql: 'M8 9l-4 3 4 3M16 9l4 3-4 3M13.5 6l-3 12',
  graph: 'M5 6h4v4H5zM15 4h4v4h-4zM15 16h4v4h-4zM9 8h3v-2h3M12 8v10h3',
  queries: 'M4 6h10M4 12h16M4 18h7M17 15l4 3-4 3z',
  sources: 'M4 5h16v14H4zM4 10h16M10 10v9',
  topics: 'M4 7c0-4 16-4 16 0s-16 4-16 0v10c0 4 16 4 16 0V7M4 12c0 4 16 4 16 0',
  errors: 'M12 3l9.5 17h-19zM12 10v4M12 17v.5',
  functions: 'M15 5c-3-1-4 1-4.5 4L9 18c-.5 2.5-2 3-3.5 2M7 11h7M15 13l5 6M20 13l-5 6',
  connectors: 'M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4',
  server: 'M4 4h16v6H4zM4 14h16v6H4zM8 7h.1M8 17h.1',
  play: 'M8 5l11 7-11 7z',
  stop: 'M7 7h10v10H7z',
  pause: 'M8 5v14M16 5v14',
  chart: 'M4 4v16h16M8 15l4-5 3 3 5-7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  follow: 'M12 4v13M6 12l6 6 6-6M5 21h14',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  menu: 'M4 6h16M4 12h16M4 18h16',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5',
  dark: 'M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z',
  history: 'M4 12a8 8 0 1 0 2.5-5.800L4 8.5M4 4v4.5h4.5M12 8v4l3 2',
  key: 'M14 10a4 4 0 1 0-3 3.900V16h2v2h2v-2h1v-2l-2-2z',
  search: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12M15.5 15.5L20 20',
  resend: 'M4 12a8 8 0 1 1 3 6.200M4 20v-5h5',
  check: 'M5 13l4 4L19 7',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
