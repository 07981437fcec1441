import { startRedis } from '@redstart/testing'
import { SIGN_INS } from '@redstart-example/express'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { expect, onTestFinished, test } from 'vitest'
import { launchChromium } from './in-chromium.ts'
import { startAllApps } from './started-apps.ts'

test.each([{ apart: false }, { apart: true }])(
  'in Chromium, a log-in at the office opens the other three, and signing out everywhere closes them: %o',
  async ({ apart }) => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const database = await filledDatabase()
    onTestFinished(() => database.close())
    const { addresses, stop } = await startAllApps(database, apart ? server.url : undefined)
    onTestFinished(stop)
    const browser = await launchChromium()
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
