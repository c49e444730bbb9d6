/**
 * `callsheet serve` as a process of its own, until it is ended.
 */
import { type ChildProcess } from "node:child_process"

import { callsheet } from "./command.ts"

export interface Served {
  readonly url: string
  readonly child: ChildProcess
  readonly ended: ReturnType<typeof callsheet>
}

/** A server that listens. Whoever starts it ends it. */
export const start = (env: Readonly<Record<string, string>> = {}, ...args: ReadonlyArray<string>): Promise<Served> =>
  new Promise((started, failed) => {
    const ended = callsheet(["serve", ...(args.includes("--port") ? [] : ["--port", "0"]), ...args], {
      env,
      onOutput: (stdout, child) => {
        const url = /Listening on (\S+),/.exec(stdout)?.[1]
        if (url !== undefined) started({ url, child, ended })
      }
    })
    void ended.then(({ stderr }) => failed(new Error(`It ended before it listened: ${stderr}`)))
  })

export const stop = async ({ child, ended }: Served) => {
  child.kill("SIGTERM")
  return ended
}
