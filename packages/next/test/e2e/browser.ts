import { existsSync } from 'node:fs'
import { chromium, type Page, type Response } from 'playwright-core'
import type { Instance } from './instance.ts'

/** What a page shows of one thing that was rendered. */
export interface Shown {
  /** By which process, and its how manyth rendering of it: `A:3`. */
  readonly stamp: string
  /** What the database had. */
  readonly version: string
}

/** A page as Chromium has it once it is loaded. */
export interface Seen {
  readonly status: number
  /** The field `x-nextjs-cache`. */
  readonly cache: string | undefined
  /** The id of the build whose scripts run in it. */
  readonly build: string | undefined
  /** By their names. */
  readonly shown: Readonly<Record<string, Shown>>
  readonly html: string
  /** What the page wrote to the console as errors, threw, or could not load. */
  readonly errors: readonly string[]
}

/** A page that is open. */
export interface Opened {
  readonly page: Page
  readonly response: Response
  /** Grows while the page is used. */
  readonly errors: readonly string[]
}

/** Chromium. Nothing is in a cache of its own. */
export interface Browser {
  /** Opens a page, and waits for all of it. One at a time. */
  visit(instance: Instance, path: string): Promise<Seen>
  /** Opens a page with a profile of its own, and uses it. */
  use<T>(instance: Instance, path: string, work: (opened: Opened) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Debian's, or another one. */
const CHROMIUM = process.env['REDSTART_CHROMIUM'] ?? '/usr/bin/chromium'
/** It looks for nothing outside of this machine. */
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
const ALONE = ['--disable-background-networking', '--disable-component-update']

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`There is no Chromium at ${CHROMIUM}: apt-get install chromium, or name one with REDSTART_CHROMIUM`)
  const chrome = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...ALONE] })
  const use: Browser['use'] = async ({ origin }, path, work) => {
    const context = await chrome.newContext()
    try {
      return await work(await opened(await context.newPage(), `${origin}${path}`))
    } finally {
      await context.close()
    }
  }
  // One page for all visits, since a new one takes its time.
  const page = await chrome.newPage()
  const session = await page.context().newCDPSession(page)
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const visit: Browser['visit'] = async ({ origin }, path) => await seen(await opened(page, `${origin}${path}`))
  return { use, visit, close: () => chrome.close() }
}

async function opened(page: Page, url: string): Promise<Opened> {
  page.removeAllListeners()
  const errors = collectErrors(page)
  const response = await page.goto(url)
  if (response === null) throw new Error(`there was no answer to ${url}`)
  return { page, response, errors }
}

async function seen({ page, response, errors }: Opened): Promise<Seen> {
  const html = await response.text()
  const build = (await page.locator('#build').count()) === 0 ? undefined : await buildOf(page)
  const cache = response.headers()['x-nextjs-cache']
  return { status: response.status(), cache, build, shown: await shownIn(page), html, errors }
}

/** What is written on the button of the build, once its script runs. */
async function buildOf(page: Page): Promise<string> {
  const button = page.locator('#build')
  await button.click()
  await page.locator('#build[data-count="1"]').waitFor()
  return await button.innerText()
}

/** Everything that a page shows as rendered. */
export async function shownIn(page: Page): Promise<Readonly<Record<string, Shown>>> {
  const shown: Record<string, Shown> = {}
  for (const element of await page.locator('[data-shown]').all()) {
    const [name, stamp, version] = await Promise.all(
      ['data-shown', 'data-stamp', 'data-version'].map((attribute) => element.getAttribute(attribute)),
    )
    shown[name ?? ''] = { stamp: stamp ?? '', version: version ?? '' }
  }
  return shown
}

function collectErrors(page: Page): readonly string[] {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`)
  })
  return errors
}
