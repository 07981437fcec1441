import { existsSync } from 'node:fs'
import { startRedis } from '@redstart/testing'
import { cacheFromEnv, createApp, fill, listen, openDatabase, SIGN_INS } from '@redstart-example/express'
import { chromium } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { startApps } from '../src/start-apps.ts'

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
    const env = { REDSTART_KEYS: Buffer.alloc(32, 9).toString('base64'), ...(apart && { REDIS_URL: server.url }) }
    const before = { ...process.env }
    Object.assign(process.env, env)
    const database = await openDatabase(undefined)
    await fill(database, { orders: 100 })
    const { redstart, another, app } = cacheFromEnv(env)
    const office = await listen(createApp({ database, redstart }), '0')
    const apps = await startApps({ database, another, app, apart, port: 0 })
    process.env = before
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...ALONE] })
    onTestFinished(async () => {
      await browser.close()
      for (const { stop } of apps) await stop()
      office.server.close()
      office.server.closeAllConnections()
      await redstart.close()
      await database.close()
    })
    const page = await browser.newPage()
    const others = apps.map(({ port }) => `http://127.0.0.1:${port}/`)

    await page.goto(`http://127.0.0.1:${office.port}/account`)
    await page.fill('input[name=login]', 'alma@osteria')
    await page.fill('input[name=password]', SIGN_INS.password)
    await page.click('form[action="/account/login"] button')
    await page.waitForSelector('text=Alma')
    for (const address of others) {
      await page.goto(address)
      expect(new URL(page.url()).pathname).not.toBe('/login')
      expect(await page.locator('input[name=password]').count()).toBe(0)
    }
    await page.goto(`http://127.0.0.1:${office.port}/account`)
    await page.click('form[action="/account/logout-everywhere"] button')
    for (const address of others) {
      await page.goto(address)
      expect(new URL(page.url()).pathname).toBe('/login')
    }
  },
)
