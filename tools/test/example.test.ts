import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Browser } from '../../examples/express/test/browser.ts'
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
    const fields = { login: 'alma@osteria', password: 'codirosso' }
    const shown = await browser.post(name === 'express' ? `${page}/login` : page, fields)
    expect(shown).toMatchObject({ status: 200, text: expect.stringContaining('Alma') })

    await stop()
    await expect(fetch(page)).rejects.toThrow('fetch failed')
  },
)

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
