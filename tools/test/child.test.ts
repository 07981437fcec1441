import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { capture, run } from '../child.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redstart-child-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("the child's exit code is ours, a signal is 128 and its number", async () => {
  expect(await run(process.execPath, ['-e', 'process.exit(7)'])).toBe(7)
  expect(await run(process.execPath, ['-e', "process.kill(process.pid, 'SIGTERM')"])).toBe(143)
})

test('both streams are kept, and a program that is not there says so', async () => {
  const { output } = await capture(process.execPath, ['-e', "console.log('one'); console.error('two')"])
  expect(output.split('\n').sort()).toEqual(['', 'one', 'two'])
  await expect(capture(join(folder, 'none'), [])).rejects.toThrow(/did not start/)
})

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  test('reaches the application once although it came twice, and nothing is left behind', async () => {
    const { parent, log } = startParent(
      `process.on('SIGINT', () => { write('SIGINT'); setTimeout(() => process.exit(5), 400) })`,
    )
    await vi.waitFor(() => expect(log()).toContain('ready'), { timeout: 60_000 })
    parent.kill('SIGINT')
    parent.kill('SIGINT')
    const [code] = (await once(parent, 'exit')) as [number | null]
    expect(code).toBe(5)
    expect(log().filter((line) => line === 'SIGINT')).toHaveLength(1)
    await expectGone(log())
  })

  test('npm that is killed takes the application with it', async () => {
    const { parent, log } = startParent('', { npm_lifecycle_event: 'start' }, ['sh', '-c', '"$0" "$1"; exit'])
    await vi.waitFor(() => expect(log()).toContain('ready'), { timeout: 60_000 })
    parent.kill('SIGKILL')
    await expectGone(log())
  })

  test('what an application leaves behind when it ends by itself is ended too', async () => {
    const { parent, log } = startParent(`setTimeout(() => process.exit(0), 200)`)
    expect(await once(parent, 'exit')).toEqual([0, null])
    await expectGone(log())
  })
})

/** Starts `run()` in a process of its own, over an application that starts a child which would live for a minute. */
function startParent(
  then: string,
  env: Readonly<Record<string, string>> = {},
  shell: readonly string[] = [],
): { parent: ChildProcess; log: () => string[] } {
  const file = join(folder, 'log')
  writeFileSync(file, '')
  writeFileSync(
    join(folder, 'app.mjs'),
    `import { spawn } from 'node:child_process'
    import { appendFileSync } from 'node:fs'
    const write = (line) => appendFileSync(${JSON.stringify(file)}, line + '\\n')
    const child = spawn(process.execPath, ['-e', 'process.on("SIGINT", () => {}); setTimeout(() => {}, 60000)'], { stdio: 'ignore' })
    write('pid ' + child.pid)
    setTimeout(() => process.exit(9), 60000)
    ${then}
    write('ready')`,
  )
  writeFileSync(
    join(folder, 'parent.mjs'),
    `import { run } from ${JSON.stringify(new URL('../child.mjs', import.meta.url).href)}
    process.exitCode = await run(process.execPath, [${JSON.stringify(join(folder, 'app.mjs'))}])`,
  )
  const args = [...shell.slice(1), ...(shell.length > 0 ? [process.execPath] : []), join(folder, 'parent.mjs')]
  const parent = spawn(shell[0] ?? process.execPath, args, {
    stdio: 'ignore',
    env: { ...process.env, npm_lifecycle_event: undefined, ...env },
  })
  return { parent, log: () => readFileSync(file, 'utf8').trim().split('\n') }
}

/** A process that was killed but that nobody has waited for yet still has its number; it counts as gone. */
async function expectGone(log: readonly string[]): Promise<void> {
  const pid = log.find((line) => line.startsWith('pid '))?.slice(4) ?? ''
  expect(pid).toMatch(/^\d+$/)
  await vi.waitFor(
    () => expect(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout).toMatch(/^(Z.*)?\s*$/),
    {
      timeout: 5_000,
    },
  )
}
