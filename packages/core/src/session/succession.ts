import type { Live } from './live.ts'
import type { Token } from './token.ts'

/** The secret that a request came with, and those that took its place while it ran, as far as it was told of them. */
export class Succession {
  #sid: string | undefined
  #tokens: readonly Token[] = []

  /** Learns the secret that comes after the last one that is known. */
  learn(live: Live, secret: string): void {
    const tokens = this.#of(live)
    if (tokens.at(-1)?.secret !== secret) this.#tokens = [...tokens, { ...live.token, secret }]
  }

  /** The first one that may still be good. */
  first(live: Live): Token {
    return this.#of(live)[0] ?? live.token
  }

  last(live: Live): Token {
    return this.#of(live).at(-1) ?? live.token
  }

  /** The first one is none any more. False where it is the last one. */
  goOn(live: Live): boolean {
    if (this.#of(live).length < 2) return false
    this.#tokens = this.#tokens.slice(1)
    return true
  }

  #of({ token, nextSecret }: Live): readonly Token[] {
    const { sid } = token.address
    if (this.#sid === sid) return this.#tokens
    this.#sid = sid
    this.#tokens = nextSecret === undefined ? [token] : [token, { ...token, secret: nextSecret }]
    return this.#tokens
  }
}
