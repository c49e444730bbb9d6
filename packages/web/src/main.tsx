/**
 * The entry of the page.
 */
import "./style/base.css"
import "./style/frame.css"
import { render } from "preact"

import { App } from "./App.tsx"
import * as Place from "./Place.ts"
import * as Theme from "./ui/Theme.tsx"

const root = document.getElementById("app")
if (root !== null) {
  Theme.restore()
  Place.follow()
  render(<App />, root)
}
