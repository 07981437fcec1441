import type { HeaderList } from '../exchange.ts'
import type { HeaderOf } from './header-of.ts'

/** Looks headers of a list up by their names, in whatever case the list has them. */
export function headerOf(headers: HeaderList): HeaderOf {
  return (wanted) => {
    let joined: string | undefined
    for (const [name, value] of headers)
      if (name.toLowerCase() === wanted) joined = joined === undefined ? value : `${joined}, ${value}`
    return joined
  }
}
