import { describeRuntime } from './conformance.ts'

describeRuntime('workerd', {
  bindings: '(name = "FILES", service = "files")',
  refuses: ['requests without a host'],
})
