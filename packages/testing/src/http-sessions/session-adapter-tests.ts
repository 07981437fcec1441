import { cacheTests } from './caches.ts'
import { commandTests } from './commands.ts'
import { commitTests } from './commit.ts'
import { cookieTests } from './cookies.ts'
import { endTests } from './ends.ts'
import { failingTests } from './failing.ts'
import { fieldTests } from './fields.ts'
import { formTests } from './forms.ts'
import { goneTests } from './gone.ts'
import { identityTests } from './identity.ts'
import { isolationTests } from './isolation.ts'
import { lazyTests } from './lazy.ts'
import { liveStreamTests } from './live-streams.ts'
import { optionTests } from './options.ts'
import { commitOutageTests, loadOutageTests, logoutOutageTests } from './outage.ts'
import { productionTests } from './production.ts'
import { secretTests } from './secrets.ts'
import type { SessionAdapterTest } from './session-test.ts'
import { timeTests } from './times.ts'
import { userTests } from './users.ts'

/**
 * All that is expected of an adapter of a web framework with sessions, by subject. For any runner: a test rejects when it
 * fails.
 */
export const sessionAdapterTests: Readonly<Record<string, readonly SessionAdapterTest[]>> = {
  'ids of sessions': identityTests,
  'the cookie': cookieTests,
  'the cookie in production': productionTests,
  caches: cacheTests,
  forms: formTests,
  users: userTests,
  'a session ends': endTests,
  'a session ends because': timeTests,
  'what is kept of a session': secretTests,
  'fields of a session': fieldTests,
  'loaded lazily': lazyTests,
  'an option': optionTests,
  'many at the same time': isolationTests,
  'a request asks of Redis': commandTests,
  'with 20 ms to Redis and back, what is changed is stored before the answer leaves': commitTests,
  'a stream that goes on': liveStreamTests,
  'a handler that fails': failingTests,
  'a client that goes': goneTests,
  'Redis is gone when a session is loaded': loadOutageTests,
  'Redis is gone when a session is stored': commitOutageTests,
  'Redis is gone when somebody signs out': logoutOutageTests,
}
