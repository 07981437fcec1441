import { expect, it } from 'vitest'
import { measure } from '../src/measure.ts'
import { seamDifferences } from '../src/seam.ts'
import { CORE, FLOOR } from '../src/targets/targets.ts'

it.each([FLOOR, CORE])('loses no test against $name', { timeout: 300_000 }, async (target) => {
  const { comparison, verdicts } = await measure(target)
  expect(Object.values(verdicts)).toContain('pass')
  expect(comparison.lost).toEqual([])
})

it('scores behind a policy that does nothing as without it', { timeout: 900_000 }, async () => {
  expect(await seamDifferences()).toEqual([])
})
