import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Stage, Step } from '../stage.ts'

/** Sessions and limits. */
export const customers: readonly Step[] = [
  { name: '13. an action with a limit says so, in all processes, whatever X-Forwarded-For says', run: limit },
  {
    name: '14. a log-in on A is one on B, the proxy changes secrets, prefetching takes no messages, a log-out ends it',
    run: session,
  },
]

async function limit({ a, b, browser }: Stage): Promise<void> {
  const refused = /^\{"ok":false,"error":"rate_limited","retryAfter":\d+\}$/
  const order = '{"ok":true,"value":"ordered"}'
  const given: (readonly string[])[] = []
  for (const [index, instance] of [a, b, a].entries()) {
    const answers = await browser.use(instance, '/orders', async ({ page }) => {
      await page.setExtraHTTPHeaders({ 'x-forwarded-for': `203.0.113.${index}` })
      await page.click('#order')
      await page.locator('li').waitFor()
      return await page.locator('li').allInnerTexts()
    })
    given.push(answers)
  }
  expect(given).toEqual([[order], [order], [expect.stringMatching(refused)]])
}

async function session({ a, b, browser }: Stage): Promise<void> {
  await browser.use(a, '/login', async ({ page, errors }) => {
    const customer = page.locator('#customer')
    await page.click('#login')
    await page.locator('#customer', { hasText: 'ada' }).waitFor()
    await page.goto(`${b.origin}/account`)
    expect([await customer.innerText(), await page.locator('#flash').innerText()]).toEqual(['ada', 'welcome'])

    await setTimeout(1100)
    const due = await page.request.get(`${b.origin}/api/who`)
    expect(await due.json()).toEqual({ user: 'ada' })
    expect(due.headers()['set-cookie']).toContain('=')

    await page.goto(`${b.origin}/orders`, { waitUntil: 'networkidle' })
    await page.click('#take')
    await page.locator('li', { hasText: 'welcome' }).waitFor()

    await page.goto(`${a.origin}/account`)
    expect(await page.locator('#flash').innerText()).toBe('')
    await page.click('#logout')
    await page.locator('#customer', { hasText: 'nobody' }).waitFor()
    await page.goto(`${b.origin}/account`)
    expect(new URL(page.url()).pathname).toBe('/login')
    expect(errors).toEqual([])
  })
}
