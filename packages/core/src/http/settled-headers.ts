import type { HeaderList, Reply } from './exchange.ts'

/** A header that a policy gave, or took away. */
export interface GivenHeader {
  readonly name: string
  /** Undefined takes away all of its name. */
  readonly value: string | undefined
  /** In place of all others of its name. */
  readonly replaces: boolean
}

/** The headers of an answer while policies settle: those from before, those that policies gave, and the handler's. */
export interface SettledHeaders {
  /** The head is to leave: from here on it is the handler's answer that policies see, and give to. */
  leave(): void
  /** All of one name, joined. */
  get(name: string): string | undefined
  /** All of them, in order. */
  list(): HeaderList
  /** How many policies have given so far, for {@link SettledHeaders.takeBack}. */
  readonly givenCount: number
  /** Forgets what was given since; it leaves the answer with the next {@link SettledHeaders.startOver}. */
  takeBack(count: number): void
  /** Takes away all that the handler set, and puts back what was there before and what policies gave. */
  startOver(): void
  /** Adds those of a reply, its length among them. `Set-Cookie` stands beside others, all else takes their place. */
  giveReply(reply: Reply): void
}
