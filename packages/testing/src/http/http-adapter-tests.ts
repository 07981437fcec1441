import { answerTests } from './answers.ts'
import { connectionTests } from './connections.ts'
import { failureTests } from './failures.ts'
import { hiddenBodyTests } from './hidden-bodies.ts'
import type { HttpAdapterTest } from './http-test.ts'
import { isolationTests } from './isolation.ts'
import { onceMoreTests } from './once-more.ts'
import { requestChangeTests } from './request-changes.ts'
import { streamTests } from './streams.ts'

/** All that is expected of an adapter of a web framework, by subject. For any runner: a test rejects when it fails. */
export const httpAdapterTests: Readonly<Record<string, readonly HttpAdapterTest[]>> = {
  answers: answerTests,
  streams: streamTests,
  failures: failureTests,
  'changes to a request': requestChangeTests,
  'hidden bodies': hiddenBodyTests,
  'once more': onceMoreTests,
  connections: connectionTests,
  'requests at the same time': isolationTests,
}
