import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './root.mjs'

const windows = process.platform === 'win32'

/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** How long a child may take to end after it was told to, before it is killed. */
const GRACE_MS = 10_000

/**
 * One Ctrl-C reaches us twice under npm (from the terminal and from npm itself); the child must hear it once, because a
 * second one means "now" to many programs.
 */
const SAME_SIGNAL_MS = 300

/** How soon we notice that npm has gone. */
const PARENT_CHECK_MS = 500

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/** @type {NodeJS.Signals | undefined} */
let ending
let endingSince = 0

/**
 * Runs a command in the terminal we have, and resolves with its exit code (128 and the signal's number when a signal
 * ended it). A signal we get is passed on; whatever the command leaves behind in its process group is ended too.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<number>}
 */
export async function run(command, args, options = {}) {
  const { exitCode } = await start(command, args, options, 'inherit')
  return exitCode
}

/**
 * Like {@link run}, but keeps what the command writes (both streams, in order of arrival) instead of showing it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
export function capture(command, args, options = {}) {
  return start(command, args, options, 'pipe')
}

/**
 * Runs a command and ends this process with its exit code if that is not 0.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, otherwise?: string }} [options] `otherwise` is said
 *   when it fails.
 */
export async function runOrExit(command, args, { otherwise, ...options } = {}) {
  const exitCode = await run(command, args, options)
  if (exitCode === 0) return
  if (otherwise !== undefined && ending === undefined) console.error(otherwise)
  process.exit(exitCode)
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} options
 * @param {'inherit' | 'pipe'} output
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
function start(command, args, { cwd = root, env }, output) {
  if (ending !== undefined) process.exit(exitCodeOf(ending))
  listenForSignals()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      // A process group of its own: it hears each signal once, from us, and can be cleared away as a whole.
      detached: !windows,
      // npx is a batch file there, which Node.js starts through a shell only.
      shell: windows && command === 'npx',
    })
    running.add(child)
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part))
    child.once('error', (error) => {
      running.delete(child)
      reject(new Error(`${command} did not start: ${error.message}`, { cause: error }))
    })
    child.once('exit', () => {
      running.delete(child)
      signalGroup(child, 'SIGKILL')
    })
    child.once('close', (code, signal) => {
      resolve({ exitCode: code ?? exitCodeOf(signal), output: text })
    })
  })
}

let listening = false

function listenForSignals() {
  if (listening) return
  listening = true
  for (const signal of SIGNALS) process.on(signal, () => void end(signal))
  if (process.env['npm_lifecycle_event'] !== undefined) endWithParent()
}

/** npm starts us through a shell, and a signal that ends npm ends that shell but does not reach us. */
function endWithParent() {
  const parent = process.ppid
  const check = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(check)
    void end('SIGTERM')
  }, PARENT_CHECK_MS)
  check.unref()
}

/** @param {NodeJS.Signals} signal */
async function end(signal) {
  const now = performance.now()
  if (signal === ending && now - endingSince < SAME_SIGNAL_MS) return
  ending = signal
  endingSince = now
  if (running.size === 0) process.exit(exitCodeOf(signal))
  const told = [...running]
  for (const child of told) signalGroup(child, signal)
  await sleep(GRACE_MS, undefined, { ref: false })
  for (const child of told) if (running.has(child)) signalGroup(child, 'SIGKILL')
}

/** @param {NodeJS.Signals | null} signal */
function exitCodeOf(signal) {
  return 128 + (signal === null ? 0 : constants.signals[signal])
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return
  try {
    if (windows) child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // The group is already empty.
  }
}
