/** Shop: tools of two themes, what both need, and one of neither. */
import * as Annotations from "@callsheet/core/schedule/Annotations"
import { Schema } from "effect"
import { Tool } from "effect/ai"

/** As long as it takes for a toolkit that is not small. */
const tale = "It says much about itself, as tools do. ".repeat(16)

const tool = (name: string, description: string, ...examples: ReadonlyArray<string>) =>
  Tool.make(name, {
    description,
    parameters: Schema.Struct({ note: Schema.String.annotate({ description: tale }) }),
    success: Schema.String
  }).annotate(Annotations.Examples, examples)

export const tools = {
  find_product: tool("find_product", "Products by name and price.", "Which lamps cost less than ten?"),
  product_stock: tool("product_stock", "How many of a product are there.", "Is the lamp sold out?"),
  place_order: tool("place_order", "Orders a product.", "Buy a lamp"),
  order_status: tool("order_status", "Where an order is, and when it arrives.", "Where is my parcel?"),
  cancel_order: tool("cancel_order", "Cancels an order that has not left.", "I changed my mind"),
  list_invoices: tool("list_invoices", "Invoices of a customer, newest first."),
  pay_invoice: tool("pay_invoice", "Pays an invoice.", "Settle what I owe"),
  weather_report: tool("weather_report", "Rain and sun of the coming days.")
}

export const bundles = [
  { name: "shopping", tools: ["find_product", "product_stock", "place_order", "order_status"] },
  { name: "orders", tools: ["order_status", "cancel_order", "place_order", "gone"] },
  { name: "money", tools: ["list_invoices", "pay_invoice", "find_product"] }
]
