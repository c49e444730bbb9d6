/**
 * Now: the page's clock, for what is drawn. Unix time in milliseconds.
 */
export const nowMillis = (): number => Date.now()
