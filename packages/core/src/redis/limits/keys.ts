import { createHash } from 'node:crypto'
import type { LimitPolicy, NamedPolicy } from '../../rate-limit/policy.ts'

/** Longer ones are hashed. */
const MOST_CHARACTERS = 64
/** What would choose another slot, or look like a hash, or like one that was escaped. */
const UNSAFE = /[{}%#]|[^\u0021-\u007e]/
const ESCAPED = /[{}%#]/g
const LONE = /\p{Surrogate}/u

/**
 * Where the limits of an app are: `app:!rl:{who}:policy:kind`. What stands in braces decides the slot, so that all limits of
 * one key are together. No namespace of the cache can be called `!rl`, and no purge of it finds these.
 */
export class LimitKeys {
  readonly #prefix: string

  constructor(app: string) {
    this.#prefix = `${app}:!rl:`
  }

  /** What is before the name of a policy: the same for everything of one key, and so for its slot. */
  of(key: string): string {
    return `${this.#prefix}{${tagOf(key)}}:`
  }

  /** @param own {@link of} the key. */
  kept(own: string, named: NamedPolicy): string {
    return `${own}${named.name}:${letterOf(named.policy)}`
  }

  block(own: string): string {
    return `${own}!`
  }

  strikes(own: string): string {
    return `${own}!!`
  }

  reply(own: string, id: string): string {
    return `${own}!id:${id.length > MOST_CHARACTERS ? hashed(id) : id}`
  }

  get instances(): string {
    return `${this.#prefix}{instances}`
  }
}

/** The first letter of the kind: a policy that counts otherwise by now begins anew. */
export function letterOf(policy: LimitPolicy): string {
  return policy.rule.kind.charAt(0)
}

function tagOf(key: string): string {
  if (key.length > MOST_CHARACTERS) return hashed(key)
  if (!UNSAFE.test(key)) return key
  // Lone surrogates are all one in UTF-8.
  if (LONE.test(key) || Buffer.byteLength(key) > MOST_CHARACTERS) return hashed(key)
  return key.replace(ESCAPED, (c) => `%${c.charCodeAt(0).toString(16)}`)
}

function hashed(text: string): string {
  return `#${createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url').slice(0, 22)}`
}
