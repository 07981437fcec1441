import type { Expectation } from './results/expectations.ts'

/**
 * Each required test that does not pass where there is a cache. Those that depend on another one that does not need no line:
 * the four of `stale-close`, in which what the client gets has to carry a header of an origin that has sent nothing.
 */
export const EXPECTATIONS: readonly Expectation[] = [
  ...['age-parse-nonnumeric', 'age-parse-negative', 'age-parse-float'].map((test) => ({
    test,
    rfc: 'RFC 9111 5.1',
    why: 'An `Age` that is no whole number is ignored; the suite is of a time when nothing was said of it.',
  })),
  ...['age-parse-prefix-twoline', 'age-parse-dup-0', 'age-parse-dup-0-twoline', 'age-parse-dup-old'].map((test) => ({
    test,
    rfc: 'RFC 9111 5.1',
    why: 'Of several values of `Age` the first one counts.',
  })),
  ...['headers-store-Set-Cookie', '304-etag-update-response-Set-Cookie'].map((test) => ({
    test,
    rfc: 'RFC 9111 7.3',
    why: 'A cookie that was set for one client is never sent to another, though a cache may.',
  })),
  {
    test: 'headers-store-Content-Length',
    rfc: 'RFC 9110 8.6',
    why: 'The test sends a length that is not that of the body: such an answer is not stored.',
  },
  {
    test: '304-etag-update-response-Content-Length',
    rfc: 'RFC 9111 3.2',
    why: 'The length of what is stored is that of its body, whatever a 304 says.',
  },
  {
    test: '304-etag-update-response-Content-Type',
    rfc: 'RFC 9111 3.2',
    why: 'The type stays that of the body that came with it.',
  },
  {
    test: 'headers-store-Transfer-Encoding',
    targets: ['fastify'],
    rfc: 'RFC 9112 6.2',
    why: 'To a `Transfer-Encoding` of the handler Fastify adds a `Content-Length`, which no client accepts.',
  },
]
