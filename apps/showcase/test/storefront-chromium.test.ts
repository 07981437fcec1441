import { SIGN_INS } from '@redstart-example/express'
import { ask, KEPT } from '@redstart-example/express/test/kept'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { launchChromium } from './in-chromium.ts'
import { formOn, sent } from './scriptless.ts'
import { startStorefronts, type Storefronts } from './started-storefronts.ts'

/** Of the osteria, and its page. */
const CARBONARA = { id: 22, path: '/dishes/carbonara-22' }
const MENU = '/menu/osteria'

let all: Storefronts
let chromium: Browser
let page: Page
/** What the console of the browser says is wrong. */
let wrong: string[]

beforeAll(async () => {
  all = await startStorefronts()
  chromium = await launchChromium()
})

afterAll(async () => {
  await chromium.close()
  await all.stop()
})

beforeEach(async () => {
  const visitor = await chromium.newContext()
  onTestFinished(() => visitor.close())
  page = await visitor.newPage()
  wrong = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text())
  })
})

test('what one has made, the other serves: a menu, a dish, and the parts of a page', async () => {
  const { here, there } = all
  for (const path of [MENU, CARBONARA.path, '/']) {
    const first = await madeOn(here + path)
    expect(first).toMatchObject({ render: 1, instance: expect.stringMatching(/^\w{6}$/) })
    for (const at of [there, here]) expect(await madeOn(at + path)).toEqual(first)
  }
  for (const at of [here, there])
    for (const path of [MENU, CARBONARA.path])
      expect((await ask(at + path)).headers.get('x-nextjs-cache'), at + path).toBe('HIT')
  expect((await ask(`${there}/dishes/lasagne-22`)).status).toBe(404)
  expect(wrong).toEqual([])
})

test('a price that Express changes is on the pages of both, made once for both', async () => {
  const { here, there } = all
  for (const path of [MENU, CARBONARA.path]) {
    const before = await madeOn(here + path)
    const cents = await changedAtOffice(path === MENU ? 1111 : 1212)
    await expect.poll(async () => (await shown(there + path)).text).toContain(cents)
    const after = await madeOn(there + path)
    expect(after).not.toEqual(before)
    await expect.poll(async () => await madeOn(here + path)).toEqual(after)
    expect(await page.textContent('main')).toContain(cents)
  }
})

test('an order that Express takes is in what sells best of its restaurant, and the other restaurant stays', async () => {
  const { office, here, there } = all
  /** As it was sent, whether it is shown yet or not. */
  const sold = async (at: string): Promise<readonly string[]> => {
    await page.goto(`${at}/`)
    return await Promise.all(
      ['osteria', 'izakaya'].map(async (slug) => (await page.textContent(`#sold-${slug}`)) ?? ''),
    )
  }
  const [before, other] = await sold(here)
  const order = { restaurant: 1, table: 4, lines: [{ dish: CARBONARA.id, quantity: 17 }] }
  await json(`${office}/api/orders`, 'POST', order)
  for (const at of [here, there]) await expect.poll(async () => (await sold(at))[0]).toMatch(/^Carbonara17Render/)
  expect(before).not.toContain('Carbonara')
  expect((await sold(there))[1]).toBe(other)
})

test('a visitor fills a basket, logs in, finds it there at the other one too, and orders', async () => {
  const { office, here, there } = all
  await page.goto(here + CARBONARA.path)
  await page.fill('[name=quantity]', '2')
  await page.click('text=Into the basket')
  await page.waitForURL('**/basket')
  await page.click('main >> text=Log in')
  await page.waitForURL('**/login')
  await logIn('wrong')
  await page.waitForSelector('text=There is nobody with this name and this password.')
  await logIn()
  await page.waitForURL('**/account')
  await page.waitForSelector('text=Manager of Osteria Codirosso')

  await page.goto(`${there}/basket`)
  expect(await page.innerText('.lines')).toContain('2 × Carbonara')
  // Sent twice, at both: one of them finds an empty basket.
  const form = await formOn(`${there}/basket`, await cookieOf(page), 'table')
  form.set('table', '7')
  const twice = await Promise.all(
    [here, there].map(async (at) => await sent(`${at}/basket`, await cookieOf(page), form)),
  )
  expect(twice.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 303])
  expect(twice.map(({ text }) => text).join('')).toContain('There is nothing in your basket.')

  await page.goto(there + CARBONARA.path)
  await page.fill('[name=quantity]', '2')
  await page.click('text=Into the basket')
  await page.waitForURL('**/basket')
  await page.fill('[name=table]', '7')
  await page.click('text=Order')
  await page.waitForURL('**/account')
  const [id = '', ...before] = (await page.innerText('#own')).match(/\d+/g) ?? []
  expect(before).toHaveLength(1)
  expect(await (await fetch(`${office}/api/orders/${id}`)).json()).toMatchObject({
    table: 7,
    lines: [{ dish: CARBONARA.id, quantity: 2 }],
  })
  await page.goto(`${here}/basket`)
  expect(await page.innerText('main')).toContain('Nothing yet')
  // One log-in for the house.
  await page.goto(`${office}/account`)
  expect(await page.innerText('body')).toContain('Alma')
  expect(wrong).toEqual([])
})

test('a price that is changed here drops what Express keeps, and is on the page that answers', async () => {
  const { office, here, there } = all
  const kept = [`${office}/api/restaurants/1/menu`, `${office}/api/dishes/${CARBONARA.id}`]
  const other = `${office}/api/restaurants/2/menu`
  for (const url of [...kept, other]) await ask(url)
  for (const url of [...kept, other]) expect((await ask(url)).cache, url).toMatch(KEPT)

  await page.goto(`${here}/login`)
  await logIn()
  await page.waitForURL('**/account')
  await page.selectOption('[name=dish]', String(CARBONARA.id))
  await page.fill('[name=price]', '14,14')
  await page.click('button:text-is("Change")')
  await page.waitForSelector('text=Carbonara: 14.14 €')
  expect(await page.innerText('[name=dish]')).toContain('Carbonara, 14.14 €')
  for (const url of kept) await expect.poll(async () => (await ask(url)).text, { message: url }).toContain('1414')
  expect((await ask(other)).cache).toMatch(KEPT)
  for (const at of [here, there])
    for (const path of [MENU, CARBONARA.path])
      await expect.poll(async () => (await shown(at + path)).text, { message: at + path }).toContain('14.14 €')
})

test('who orders too often is told when to try again, at both together, and without scripts as well', async () => {
  const { here, there } = all
  await page.goto(`${here}/login`)
  await logIn('codirosso', 'elif@osteria')
  await page.waitForURL('**/account')
  await page.goto(here + CARBONARA.path)
  await page.click('text=Into the basket')
  await page.waitForURL('**/basket')
  const cookie = await cookieOf(page)
  const form = await formOn(`${here}/basket`, cookie, 'table')
  // Of no table: each is looked at, and none is taken.
  form.set('table', '61')
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => await sent(`${n % 2 === 0 ? here : there}/basket`, cookie, form)),
  )
  const refused = answers.filter(({ text }) => /That was too often\. Try again in \d+ s\./.test(text))
  const looked = answers.filter(({ text }) => text.includes('Which table?'))
  expect(looked.length).toBeGreaterThanOrEqual(20)
  expect(refused.length).toBeGreaterThan(0)
  expect(looked.length + refused.length).toBe(60)
})

test('signed out everywhere at the office is signed out at both', async () => {
  const { office, here, there } = all
  await page.goto(`${here}/login`)
  await logIn()
  await page.waitForURL('**/account')
  await page.goto(`${office}/account`)
  await page.click('form[action="/account/logout-everywhere"] button')
  for (const at of [here, there])
    await expect
      .poll(async () => {
        await page.goto(`${at}/account`)
        await page.waitForURL('**/login', { timeout: 2000 }).catch(() => undefined)
        return new URL(page.url()).pathname
      })
      .toBe('/login')
})

/** What a page says of its making. */
async function madeOn(url: string): Promise<{ readonly render: number; readonly instance: string | null }> {
  await page.goto(url)
  const made = page.locator('.made').first()
  return { render: Number(await made.getAttribute('data-render')), instance: await made.getAttribute('data-instance') }
}

async function shown(url: string): Promise<{ readonly text: string }> {
  await page.goto(url)
  return { text: await page.innerText('main') }
}

async function logIn(password: string = SIGN_INS.password, login = 'alma@osteria'): Promise<void> {
  await page.fill('[name=login]', login)
  await page.fill('[name=password]', password)
  await page.click('main button')
}

async function cookieOf(visited: Page): Promise<string> {
  return (await visited.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
}

/** Changes the price of the carbonara at the back office; as pages show it. */
async function changedAtOffice(priceCents: number): Promise<string> {
  await json(`${all.office}/api/dishes/${CARBONARA.id}/price`, 'PATCH', { priceCents })
  return `${(priceCents / 100).toFixed(2)} €`
}

async function json(url: string, method: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { ok } = await fetch(url, { method, headers, body: JSON.stringify(body) })
  expect(ok, url).toBe(true)
}
