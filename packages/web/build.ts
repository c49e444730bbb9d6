/**
 * Builds the web app: `node packages/web/build.ts`, into `dist`: one page, and files whose names change with what is in them. Beside each
 * stands what is sent of it: packed well, once, since it is packed once and sent often.
 */
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"

import { build as viteBuild } from "vite"

const packings = {
  br: (bytes: Uint8Array) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  gz: (bytes: Uint8Array) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION })
} as const

/** Smaller ones fit into one packet as they are. */
const leastBytes = 1024

const pack = async (file: string) => {
  const bytes = await readFile(file)
  if (bytes.length < leastBytes) return
  await Promise.all(
    Object.entries(packings).map(async ([ending, packed]) => writeFile(`${file}.${ending}`, await packed(bytes)))
  )
}

/** Builds it into `folder`, in place of what is there. */
export const build = async (folder: string): Promise<void> => {
  await viteBuild({
    configFile: join(import.meta.dirname, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true }
  })
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  await Promise.all(
    entries.filter((entry) => entry.isFile()).map(({ name, parentPath }) => pack(join(parentPath, name)))
  )
}

if (import.meta.main) await build(join(import.meta.dirname, "dist"))
