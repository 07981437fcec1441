// What we use of two packages that have no types of their own.

declare module 'http-cache-tests/tests/index.mjs' {
  export interface SuiteTest {
    readonly id: string
    readonly name: string
    /** @default 'required' */
    readonly kind?: 'required' | 'optimal' | 'check'
    /** Tests that must pass for this one to mean anything. */
    readonly depends_on?: readonly string[]
    readonly browser_only?: boolean
    /** Logs its requests and responses. */
    readonly dump?: boolean
  }

  export interface SuiteGroup {
    readonly id: string
    readonly name: string
    readonly tests: readonly SuiteTest[]
  }

  const groups: readonly SuiteGroup[]
  export default groups
}

declare module 'http-cache-tests/client/config.mjs' {
  export function setFetch(fetch: typeof globalThis.fetch): void
  export function setBaseUrl(url: string): void
}

declare module 'http-cache-tests/client/test.mjs' {
  import type { SuiteTest } from 'http-cache-tests/tests/index.mjs'

  export type SuiteResult = true | readonly [kind: string, message: string]

  /** Gets a result per test, by its id. */
  export const testResults: Record<string, SuiteResult>

  /** Changes the test. Throws inside where there is a result of that id already. */
  export function makeCacheTest(test: SuiteTest): Promise<void>
}

declare module 'http-cache-tests/lib/display.mjs' {
  import type { SuiteGroup } from 'http-cache-tests/tests/index.mjs'
  import type { SuiteResult } from 'http-cache-tests/client/test.mjs'

  export function determineTestResult(
    groups: readonly SuiteGroup[],
    id: string,
    results: Readonly<Record<string, SuiteResult>>,
    honorDependencies?: boolean,
  ): readonly [glyph: string, colour: string, symbol: string]
}

declare module 'http-cache-tests/server/handle-config.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export default function handleConfig(
    path: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): void
}

declare module 'http-cache-tests/server/handle-state.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export default function handleState(path: readonly string[], request: IncomingMessage, response: ServerResponse): void
}

declare module 'http-cache-tests/server/handle-test.mjs' {
  import type { IncomingHttpHeaders } from 'node:http'

  /** What it reads of a request. */
  export interface TestRequest {
    readonly method?: string | undefined
    readonly url?: string | undefined
    readonly headers: IncomingHttpHeaders
  }

  type Value = string | number | readonly string[]

  /** What it calls of a response of Node.js. */
  export interface TestResponse {
    statusCode: number
    readonly socket: { destroy(): unknown } | null
    setHeader(name: string, value: Value): unknown
    hasHeader(name: string): boolean
    getHeader(name: string): Value | undefined
    getHeaders(): Readonly<Record<string, Value | undefined>>
    writeHead(status: number, headers: Readonly<Record<string, string>>): unknown
    write(text: string): unknown
    end(text?: string): unknown
  }

  export default function handleTest(path: readonly string[], request: TestRequest, response: TestResponse): void
}

declare module 'http-cache-tests/results/index.mjs' {
  const implementations: readonly {
    readonly name: string
    readonly version: string
    readonly type: 'browser' | 'rev-proxy' | 'cdn'
    /** Its results, beside this module. */
    readonly file: string
  }[]
  export default implementations
}

declare module 'http-cache-tests/server/utils.mjs' {
  /** The requests of each test that has had one, by the test's path. */
  export const stash: ReadonlyMap<string, unknown>
}

declare module 'node-fetch' {
  /** Version 2 lacks things that nobody here asks it for. */
  const fetch: typeof globalThis.fetch
  export default fetch
}
