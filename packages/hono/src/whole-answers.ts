import type { Context } from 'hono'

/** Knows answers whose body is a text that a handler gave at once, which no Response says of itself. */
export class WholeAnswers {
  readonly #known = new WeakSet<Response>()

  constructor(c: Context) {
    c.json = this.#noting(c.json)
    c.text = this.#noting(c.text)
    c.html = this.#noting(c.html)
  }

  has(answer: Response): boolean {
    return this.#known.has(answer)
  }

  #noting<Make extends (...given: never[]) => unknown>(make: Make): Make {
    const note = (answer: unknown): void => {
      if (answer instanceof Response) this.#known.add(answer)
    }
    const noting = (...given: never[]): unknown => {
      const made = make(...given)
      if (made instanceof Promise) made.then(note, () => undefined)
      else note(made)
      return made
    }
    return noting as Make // It gives what the other one gives.
  }
}
