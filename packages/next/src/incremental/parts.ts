/** The parts of a value that are kept as bytes, by name. */
export class Parts {
  readonly names: string[] = []
  readonly sections: Uint8Array[] = []

  add(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return
    this.names.push(name)
    this.sections.push(bytes)
  }

  /** UTF-8, but for text that has none: half of a character. */
  addText(name: string, text: string | undefined): void {
    if (text === undefined) return
    if (/\p{Surrogate}/u.test(text)) this.add(`${name}${WIDE}`, Buffer.from(text, 'utf16le'))
    else this.add(name, Buffer.from(text, 'utf8'))
  }
}

const WIDE = ' (UTF-16)'

/** The same when read. */
export class ReadParts {
  readonly #sections: ReadonlyMap<string, Buffer>

  constructor(names: readonly string[], sections: readonly Buffer[]) {
    this.#sections = new Map(names.map((name, index) => [name, sections[index] ?? Buffer.alloc(0)]))
  }

  /** A copy: it leaves the cache. */
  bytes(name: string): Buffer | undefined {
    const section = this.#sections.get(name)
    return section === undefined ? undefined : Buffer.from(section)
  }

  text(name: string): string | undefined {
    return this.#sections.get(name)?.toString('utf8') ?? this.#sections.get(`${name}${WIDE}`)?.toString('utf16le')
  }

  /** The names that begin so, without their beginning. */
  namesAfter(prefix: string): string[] {
    return [...this.#sections.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  }
}
