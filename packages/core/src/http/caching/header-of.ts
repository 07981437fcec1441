/** A header by its name in lower case; several of one name are joined by `, `; undefined for none. */
export type HeaderOf = (name: string) => string | undefined
