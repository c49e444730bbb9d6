/**
 * Markdown: an answer as models write it, drawn as elements: never as HTML of the answer's own, and nothing is loaded that it names.
 */
import type { Token } from "marked"
import type { ComponentChildren } from "preact"
import { useMemo } from "preact/hooks"

import * as Blocks from "./Blocks.ts"
import * as Reading from "./Reading.ts"

interface Content {
  readonly tokens: ReadonlyArray<Token>
}

/** Addresses that a person may follow. */
const isSafe = (address: string): boolean => /^(?:https?:\/\/|mailto:)/i.test(address)

const Anchor = ({ children, href }: { readonly children: ComponentChildren; readonly href: string }) =>
  isSafe(href) ? (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ) : (
    <>{children}</>
  )

const drawn = (tokens: ReadonlyArray<Token> | undefined): ComponentChildren => tokens?.map(draw)

const ofText = (token: { readonly text: string; readonly tokens?: ReadonlyArray<Token> | undefined }) =>
  token.tokens === undefined ? plain(token.text) : drawn(token.tokens)

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" }

/** The lexer leaves what stood as an entity. */
const plain = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name) => entities[name] ?? whole)

const headings = ["h3", "h4", "h5", "h6"] as const

const draw = (token: Token): ComponentChildren => {
  switch (token.type) {
    case "space":
    case "def":
      return null
    case "paragraph":
      return <p>{drawn(token.tokens)}</p>
    case "heading": {
      const Heading = headings[Math.min(token["depth"], headings.length) - 1] ?? "h6"
      return <Heading>{drawn(token.tokens)}</Heading>
    }
    case "list": {
      const items = (token["items"] ?? []).map((item: Content) => <li>{drawn(item.tokens)}</li>)
      return token["ordered"] === true ? <ol start={Number(token["start"]) || 1}>{items}</ol> : <ul>{items}</ul>
    }
    case "blockquote":
      return <blockquote>{drawn(token.tokens)}</blockquote>
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{token["text"]}</code>
        </pre>
      )
    case "hr":
      return <hr />
    case "table":
      return (
        <div class="scrolled" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {(token["header"] ?? []).map((cell: Content) => (
                  <th scope="col">{drawn(cell.tokens)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(token["rows"] ?? []).map((row: ReadonlyArray<Content>) => (
                <tr>
                  {row.map((cell) => (
                    <td>{drawn(cell.tokens)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )
    case "strong":
      return <strong>{drawn(token.tokens)}</strong>
    case "em":
      return <em>{drawn(token.tokens)}</em>
    case "del":
      return <del>{drawn(token.tokens)}</del>
    case "codespan":
      return <code>{plain(token["text"])}</code>
    case "br":
      return <br />
    case "link":
      return <Anchor href={token["href"]}>{drawn(token.tokens)}</Anchor>
    case "image":
      return <Anchor href={token["href"]}>{plain(token["text"])}</Anchor>
    case "text":
      return ofText({ text: token["text"], tokens: token["tokens"] })
    case "escape":
      return token["text"]
    default:
      // HTML, and what else there may be: as it was written.
      return plain(token.raw)
  }
}

const Block = ({ text }: { readonly text: string }) => useMemo(() => <>{drawn(Reading.tokens(text))}</>, [text])

export const Markdown = ({ text }: { readonly text: string }) => (
  <>
    {Blocks.of(Blocks.apart(text)).map((block, index) => (
      <Block key={index} text={block} />
    ))}
  </>
)
