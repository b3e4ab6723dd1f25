/** The console: starts in the page that src/console/index.html is. See docs/console.md. */
import { render } from 'preact'
import { App } from './app.tsx'
import './styles/index.css'

render(<App />, document.getElementById('app')!)
