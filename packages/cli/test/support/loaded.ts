/**
 * Preloaded into a process, tells on stderr at its end which files it loaded, one JSON array on a line of its own.
 */
import { registerHooks } from "node:module"

const urls: Array<string> = []
registerHooks({
  load: (url, context, next) => {
    urls.push(url)
    return next(url, context)
  }
})
process.on("exit", () => process.stderr.write(`${JSON.stringify(urls)}\n`))
