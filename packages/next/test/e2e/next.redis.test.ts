import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { COMBINATIONS } from './combinations.ts'
import { type Production, raise } from './production.ts'
import { makeProject, type Project } from './project.ts'

let project: Project
beforeAll(async () => {
  project = await makeProject()
}, 300_000)
afterAll(() => project.remove())

for (const combination of COMBINATIONS)
  describe(combination.name, () => {
    let production: Production
    beforeAll(async () => {
      production = await raise(project, combination)
    }, 600_000)
    afterAll(() => production.end())

    for (const { name, run } of combination.steps)
      it(name, { timeout: 120_000 }, async () => {
        const from = production.said().length
        onTestFailed(() => console.error(`The processes wrote: ${production.said().slice(from)}`))
        await run(production.stage)
      })

    it('wrote no warnings of ours', () => {
      const { a, b, other } = production.stage
      expect([a, b, other].map((instance) => instance?.said()).join('')).not.toContain('RedstartWarning')
    })
  })
