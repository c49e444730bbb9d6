/**
 * ArrReply: how Radarr and Sonarr refuse, page and validate: the two share one web framework and so one manner.
 */
import { type DemoReply, type DemoRequest, json, wholeNumber } from "../DemoApp.ts"

export const notFound = json({ message: "NotFound" }, 404)
const unauthorized = json({ error: "Unauthorized" }, 401)
export const methodNotAllowed = json({ message: "MethodNotAllowed" }, 405)

/** ASP.NET's answer to a request that does not fit the resource's types. */
export const malformed = (field: string, value: string): DemoReply =>
  json(
    {
      type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
      title: "One or more validation errors occurred.",
      status: 400,
      errors: { [field]: [`The value '${value}' is not valid.`] },
      traceId: "00-5ca11c0ffee05ca11c0ffee05ca11c0f-5ca11c0ffee05ca1-00"
    },
    400
  )

export interface Failure {
  readonly propertyName: string
  readonly errorMessage: string
  readonly errorCode: string
  readonly attemptedValue?: unknown
}

/** FluentValidation's answer: 400 with one entry for each rule that was broken. */
export const invalid = (failures: ReadonlyArray<Failure>): DemoReply =>
  json(
    failures.map((failure) => ({
      ...failure,
      severity: "error",
      formattedMessageArguments: [],
      formattedMessagePlaceholderValues: {
        propertyName: failure.propertyName,
        propertyValue: failure.attemptedValue ?? null
      }
    })),
    400
  )

/** The `apikey` check of both services. */
export const refuse =
  (apiKey: string) =>
  (request: DemoRequest): DemoReply | null =>
    request.headers["x-api-key"] === apiKey || request.query.get("apikey") === apiKey ? null : unauthorized

type SortValue = string | number

/**
 * One page of `all` as both services write it, sorted by the query's `sortKey` where `keys` knows it, else by
 * `defaults.key`. Pages start at 1 and hold 10 unless asked.
 */
export const paged = <A>(
  request: DemoRequest,
  all: ReadonlyArray<A>,
  toRecord: (item: A) => unknown,
  keys: Readonly<Record<string, (item: A) => SortValue>>,
  defaults: { readonly key: string; readonly direction: "ascending" | "descending" }
): DemoReply => {
  const { query } = request
  const page = wholeNumber(query.get("page") ?? "1")
  const pageSize = wholeNumber(query.get("pageSize") ?? "10")
  if (page === undefined) return malformed("page", query.get("page") ?? "")
  if (pageSize === undefined) return malformed("pageSize", query.get("pageSize") ?? "")
  const asked = query.get("sortKey") ?? ""
  const sortKey = Object.hasOwn(keys, asked) ? asked : defaults.key
  const direction = query.get("sortDirection")
  const isDescending = direction === null ? defaults.direction === "descending" : direction.startsWith("desc")
  const key = keys[sortKey] ?? (() => 0)
  const sorted = all.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)]
    return x === y ? 0 : x < y === isDescending ? 1 : -1
  })
  const start = Math.max(0, page - 1) * Math.max(1, pageSize)
  return json({
    page: Math.max(1, page),
    pageSize: Math.max(1, pageSize),
    sortKey,
    sortDirection: isDescending ? "descending" : "ascending",
    totalRecords: all.length,
    records: sorted.slice(start, start + Math.max(1, pageSize)).map(toRecord)
  })
}
