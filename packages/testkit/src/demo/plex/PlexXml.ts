/**
 * PlexXml: what a Plex server writes for a client that does not ask for JSON: scalars as attributes, lists as elements.
 */
const escaped = (value: unknown): string =>
  String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const attribute = (value: unknown): string => escaped(value === true ? "1" : value === false ? "0" : value)

/** The element `name` of a record, with its lists of records inside it. */
export const toXml = (name: string, record: object): string => {
  const entries = Object.entries(record)
  const attributes = entries
    .filter(([, value]) => typeof value !== "object" && value !== undefined)
    .map(([key, value]) => ` ${key}="${attribute(value)}"`)
  const children = entries.flatMap(([key, value]) =>
    Array.isArray(value)
      ? value.map((child) => toXml(key, child))
      : typeof value === "object" && value !== null
        ? [toXml(key, value)]
        : []
  )
  return `<${name}${attributes.join("")}>${children.join("")}</${name}>`
}
