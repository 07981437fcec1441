import { answerTests } from './answers.ts'
import { connectionTests } from './connections.ts'
import { failureTests } from './failures.ts'
import type { HttpAdapterTest } from './http-test.ts'
import { isolationTests } from './isolation.ts'
import { streamTests } from './streams.ts'

/** All that is expected of an adapter of a web framework, by subject. For any runner: a test rejects when it fails. */
export const httpAdapterTests: Readonly<Record<string, readonly HttpAdapterTest[]>> = {
  answers: answerTests,
  streams: streamTests,
  failures: failureTests,
  connections: connectionTests,
  'requests at the same time': isolationTests,
}
