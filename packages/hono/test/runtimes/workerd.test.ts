import { describeRuntime } from './conformance.ts'

describeRuntime('workerd', ['requests without a host'])
