import type { RedisServer } from '@redstart/testing'
import { expect } from 'vitest'
import type { Browser, Opened, Seen, Shown } from './browser.ts'
import type { Database } from './database.ts'
import type { Instance } from './instance.ts'
import type { Build, Project } from './project.ts'

/** Everything that a step works with. */
export interface Stage {
  readonly project: Project
  readonly build: Build
  /** Two processes of one build. */
  readonly a: Instance
  readonly b: Instance
  /** One of another build, and a program without Next.js; there are none where only the first steps are walked. */
  readonly other: Instance | undefined
  readonly express: Instance | undefined
  readonly browser: Browser
  readonly database: Database
  /** Where the first node is killed and started, and so may be another one each time. */
  readonly redis: { readonly url: string; server: RedisServer }
  /** Whether what one process invalidates holds in the others at once, or soon. */
  readonly strict: boolean
  /** Starts one more process of a build; it ends with the stage. */
  start(build: Build, name: string, options?: StartOptions): Promise<Instance>
}

/** How a further process differs from the others. */
export interface StartOptions {
  readonly redisUrl?: string
  readonly deadline?: '250ms'
  /** Milliseconds by which its clock is wrong. */
  readonly skew?: number
}

/** One of the steps, which all work on names of their own. */
export interface Step {
  readonly name: string
  run(stage: Stage): Promise<void>
}

/** What is seen of something that a page shows under a name. */
export interface Answer extends Partial<Shown> {
  readonly status: number
  readonly cache: string | undefined
}

/** Opens a dish's page, which must be whole. */
export async function dish({ browser }: Stage, instance: Instance, slug: string): Promise<Answer> {
  return answerOf(slug, await browser.visit(instance, `/dish/${slug}`))
}

/** Opens a page that is rendered for each request, with a cached part in it, which is what the answer is about. */
export async function part({ browser }: Stage, instance: Instance, name: string): Promise<Answer> {
  const seen = await browser.visit(instance, `/part/${name}`)
  expect(seen.shown[`around ${name}`]?.stamp).toContain(`${instance.name}:`)
  return answerOf(`part ${name}`, seen)
}

function answerOf(name: string, { status, cache, errors, shown, build }: Seen): Answer {
  if (status < 400) expect({ errors, build: typeof build }).toEqual({ errors: [], build: 'string' })
  return { status, cache, ...shown[name] }
}

/** What another process shows after an invalidation: at once, or soon. */
export async function after({ strict }: Stage, look: () => Promise<Answer>, expected: Partial<Answer>): Promise<void> {
  if (strict) expect(await look()).toMatchObject(expected)
  else await expect.poll(look, { timeout: 20_000, interval: 20 }).toMatchObject(expected)
}

/** Presses a button of a page's form: a server action invalidates what is named. Resolves when the page shows its answer. */
export async function act({ browser }: Stage, instance: Instance, how: string, what: string): Promise<void> {
  await browser.use(instance, '/part/form', async ({ page, errors }) => {
    await press(page, how, what)
    expect(errors).toEqual([])
  })
}

/** The same on a page that is open. */
export async function press(page: Opened['page'], how: string, what: string): Promise<void> {
  await page.locator('input[name=what]').fill(what)
  const answering = page.waitForResponse((response) => response.request().method() === 'POST')
  await page.locator(`button[value="${how}"]`).click()
  // What an action invalidates is invalidated before its answer begins.
  expect((await answering).status()).toBe(200)
}
