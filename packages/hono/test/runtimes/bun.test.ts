import { describeRuntime } from './conformance.ts'

// Bun closes a connection that requests are sent ahead on, and has no URL for a request without a host.
describeRuntime('Bun', { refuses: ['requests sent ahead', 'requests without a host'] })
