import { describeRuntime } from './conformance.ts'

describeRuntime('Deno')
