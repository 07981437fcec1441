/**
 * Ends the output with one plain line, `N passed, N failed`, for whoever reads the end of a log. A file that could not
 * be collected and an error outside any test count as failures, so that a failed run never ends with `0 failed`.
 */
export default class CountReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      let failedTests = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failedTests += 1
      }
      failed += failedTests === 0 && module.state() === 'failed' ? 1 : failedTests
    }
    console.log(`${passed} passed, ${failed} failed`)
  }
}
