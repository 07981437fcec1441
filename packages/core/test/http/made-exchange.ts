import type { HeaderList, HttpExchange, LeavingHead } from '../../src/http/index.ts'

/** An exchange without a connection: what a request says, and the headers that policies gave its response. */
export interface MadeExchange extends HttpExchange {
  readonly given: (readonly [name: string, value: string])[]
}

export interface MadeFrom {
  readonly method?: string
  readonly target?: string
  readonly peer?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly secure?: boolean
}

export function madeExchange(from: MadeFrom = {}): MadeExchange {
  const { secure = false, method = 'GET', target = '/' } = from
  const headers = new Map(Object.entries(from.headers ?? {}))
  const peer = 'peer' in from ? from.peer : '203.0.113.7'
  const given: MadeExchange['given'] = []
  const removeHeader = (name: string): void => {
    for (let n = given.length - 1; n >= 0; n--) if (given[n]?.[0] === name) given.splice(n, 1)
  }
  return {
    ...{ request: {}, again: undefined },
    ...{ method, target, host: 'app', secure, address: '203.0.113.7', peer, given },
    header: (name) => headers.get(name),
    watchHeaders: () => () => undefined,
    setRequestHeader(name, value) {
      if (value === undefined) headers.delete(name)
      else headers.set(name, value)
    },
    setHeader(name, value) {
      removeHeader(name)
      given.push([name, value])
    },
    appendHeader: (name, value) => void given.push([name, value]),
    removeHeader,
  }
}

/** The head of an answer; a stream's unless a length is among its headers. */
export function headOf(status = 200, headers: HeaderList = [['content-length', '2']]): LeavingHead {
  const valuesOf = (name: string): readonly string[] =>
    headers.filter(([own]) => own === name).map(([, value]) => value)
  return {
    status,
    headers,
    header: (name) => (valuesOf(name).length === 0 ? undefined : valuesOf(name).join(', ')),
  }
}
