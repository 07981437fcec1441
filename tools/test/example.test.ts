import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { formOn, sent } from '../../apps/showcase/test/scriptless.ts'
import { Browser, type Shown } from '../../examples/express/test/browser.ts'
import { capture } from '../child.mjs'
import { copyExample, exampleNames } from '../packed/example.mjs'

/** As somebody has it who wants none of ours: what these name would be used. */
const { REDIS_URL: _redis, DATABASE_URL: _database, REDSTART_KEYS: _keys, ...OWN } = process.env

test.each(exampleNames())(
  'a copy of %s is installed and started outside of the repository, and known to who logs in',
  async (name) => {
    const folder = await mkdtemp(join(tmpdir(), `redstart-${name}-`))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await copyExample(name, folder)
    const installed = await capture('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder })
    expect(installed).toMatchObject({ exitCode: 0 })

    const { origin, stop } = await start(folder)
    onTestFinished(stop)
    const page = name === 'express' ? `${origin}/account` : `${origin}/login`
    const browser = new Browser()
    expect(await browser.get(page)).toMatchObject({ status: 200, text: expect.stringContaining('name="password"') })
    const logIn = name === 'next' ? logInByAction : logInByForm
    const shown = await logIn(browser, name === 'express' ? `${page}/login` : page)
    expect(shown).toMatchObject({ status: 200, text: expect.stringContaining('Alma') })

    await stop()
    await expect(fetch(page)).rejects.toThrow('fetch failed')
  },
)

const FIELDS = { login: 'alma@osteria', password: 'codirosso' }

async function logInByForm(browser: Browser, url: string): Promise<Shown> {
  return await browser.post(url, FIELDS)
}

/** Next.js knows its forms by fields of its own. */
async function logInByAction(browser: Browser, url: string): Promise<Shown> {
  const form = await formOn(url, browser.cookie, 'password')
  for (const [name, value] of Object.entries(FIELDS)) form.set(name, value)
  browser.cookie = (await sent(url, browser.cookie, form)).cookie
  return await browser.get(new URL('/account', url).href)
}

interface Started {
  readonly origin: string
  /** As Ctrl-C does. */
  stop(): Promise<void>
}

/** `npm start`, on a port that is free. */
async function start(folder: string): Promise<Started> {
  const child = spawn('npm', ['start'], { cwd: folder, env: { ...OWN, PORT: '0' }, detached: true, stdio: 'pipe' })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, 'SIGINT')
    await ended
  }
  let said = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text.toString()
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', hear)
    void ended.then(() => reject(new Error(`npm start ended: ${said}`)))
  })
  return { origin, stop }
}
