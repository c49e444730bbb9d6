/**
 * A folder of a test's own.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Does `use` with a new folder, which is gone afterwards. */
export const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "callsheet-"))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
