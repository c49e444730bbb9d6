/**
 * Posters: what an answer lists, as drawn placeholders with title and year. Pictures would come from elsewhere, and the page asks nobody
 * but its own server.
 */
import { useMemo } from "preact/hooks"

import * as Titles from "./Titles.ts"

export const Posters = ({ text }: { readonly text: string }) => {
  return useMemo(() => drawn(Titles.of(text)), [text])
}

const drawn = (titles: ReadonlyArray<Titles.Title>) =>
  titles.length === 0 ? null : (
    <ul class="posters" aria-label={`Titles in this answer: ${titles.length}`} tabIndex={0}>
      {titles.map(({ name, year }) => (
        <li key={`${name} ${year}`}>
          <div class="poster" style={{ "--hue": String(Titles.hue(name)) }} aria-hidden="true">
            <span>{Titles.initials(name)}</span>
          </div>
          <p title={`${name} (${year})`}>{name}</p>
          <p class="quiet-text">{year}</p>
        </li>
      ))}
    </ul>
  )
