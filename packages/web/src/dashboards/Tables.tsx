/**
 * Tables: the kinds of question, the tools, and the services behind them, over the whole range.
 */
import * as Words from "../ask/Words.ts"
import { nowMillis } from "../ui/Now.ts"
import * as Units from "../ui/Units.ts"
import type { Stats } from "../wire/Stats.ts"
import * as Says from "./Says.ts"
import * as Series from "./Series.ts"

const millis = (value: number | null) => (value === null ? "–" : Units.duration(value))

export const Kinds = ({ stats: { kinds } }: { readonly stats: Stats }) => {
  const now = nowMillis()
  return (
    <section class="card wide">
      <h2>Kinds of question</h2>
      <p class="says quiet-text small">By how they were answered and which tools they needed.</p>
      <div class="scrolled" tabIndex={0} role="region" aria-label="Kinds of question">
        <table>
          <thead>
            <tr>
              <th scope="col">Answered</th>
              <th scope="col" class="number">
                Questions
              </th>
              <th scope="col" class="number">
                Failed
              </th>
              <th scope="col" class="number">
                p50
              </th>
              <th scope="col" class="number">
                p95
              </th>
              <th scope="col">Trend</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map((kind) => (
              <tr key={kind.kind}>
                <td>{Says.kind(kind)}</td>
                <td class="number">{Units.count(kind.runs)}</td>
                <td class="number">{Units.count(kind.failed)}</td>
                <td class="number">{millis(kind.p50Millis)}</td>
                <td class="number">{millis(kind.p95Millis)}</td>
                <td class={kind.change?.verdict ?? ""}>{Says.change(kind.change, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

export const Tools = ({ stats: { tools } }: { readonly stats: Stats }) =>
  tools.length === 0 ? null : (
    <section class="card">
      <h2>Tools</h2>
      <div class="scrolled tall" tabIndex={0} role="region" aria-label="Tools">
        <table>
          <thead>
            <tr>
              <th scope="col">Tool</th>
              <th scope="col" class="number">
                Calls
              </th>
              <th scope="col" class="number">
                Failed
              </th>
              <th scope="col" class="number">
                Asked, mean
              </th>
            </tr>
          </thead>
          <tbody>
            {tools.map(({ calls, failed, meanMillis, name }) => (
              <tr key={name}>
                <td>{Words.toolName(name)}</td>
                <td class="number">{Units.count(calls)}</td>
                <td class="number">{Units.count(failed)}</td>
                <td class="number">{millis(meanMillis)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )

export const Upstreams = ({ stats: { upstreams } }: { readonly stats: Stats }) =>
  upstreams.length === 0 ? null : (
    <section class="card wide">
      <h2>Services</h2>
      <p class="says quiet-text small">
        Whether each is asked, and how often its connections were used again: a new one costs a round trip or more.
      </p>
      <div class="scrolled" tabIndex={0} role="region" aria-label="Services">
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Requests
              </th>
              <th scope="col" class="number">
                On a connection that was open
              </th>
              <th scope="col" class="number">
                Connections opened
              </th>
              <th scope="col" class="number">
                Failed to connect
              </th>
            </tr>
          </thead>
          <tbody>
            {upstreams.map(({ breaker, failed, name, opened, requests, reused }) => (
              <tr key={name}>
                <td>{name}</td>
                <td class={breaker ?? ""}>{Says.breaker(breaker)}</td>
                <td class="number">{Units.count(Series.sum(requests))}</td>
                <td class="number">
                  {Series.sum(requests) === 0 ? "–" : Units.share(Series.sum(reused) / Series.sum(requests))}
                </td>
                <td class="number">{Units.count(Series.sum(opened))}</td>
                <td class="number">{Units.count(Series.sum(failed))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
