import { existsSync } from 'node:fs'
import { startRedis } from '@redstart/testing'
import { SIGN_INS } from '@redstart-example/express'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { chromium } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { startAllApps } from './started-apps.ts'

/** Debian's, or another one. */
const CHROMIUM = process.env['REDSTART_CHROMIUM'] ?? '/usr/bin/chromium'
/** It looks for nothing outside of this machine. */
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
const ALONE = ['--disable-background-networking', '--disable-component-update']

test.each([{ apart: false }, { apart: true }])(
  'in Chromium, a log-in at the office opens the other three, and signing out everywhere closes them: %o',
  async ({ apart }) => {
    if (!existsSync(CHROMIUM))
      throw new Error(
        `There is no Chromium at ${CHROMIUM}: apt-get install chromium, or name one with REDSTART_CHROMIUM`,
      )
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const database = await filledDatabase()
    onTestFinished(() => database.close())
    const { addresses, stop } = await startAllApps(database, apart ? server.url : undefined)
    onTestFinished(stop)
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...ALONE] })
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const { office, ...rest } = addresses
    const others = Object.values(rest).map((address) => `${address}/`)

    await page.goto(`${office}/account`)
    await page.fill('input[name=login]', 'alma@osteria')
    await page.fill('input[name=password]', SIGN_INS.password)
    await page.click('form[action="/account/login"] button')
    await page.waitForSelector('text=Alma')
    for (const address of others) {
      await page.goto(address)
      expect(new URL(page.url()).pathname).not.toBe('/login')
      expect(await page.locator('input[name=password]').count()).toBe(0)
    }
    await page.goto(`${office}/account`)
    await page.click('form[action="/account/logout-everywhere"] button')
    for (const address of others) {
      await page.goto(address)
      expect(new URL(page.url()).pathname).toBe('/login')
    }
  },
)
