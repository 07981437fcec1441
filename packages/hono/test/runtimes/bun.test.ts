import { describeRuntime } from './conformance.ts'

// Bun closes a connection that requests are sent ahead on, and has no URL for a request without a host.
describeRuntime('Bun', ['requests sent ahead', 'requests without a host'])
