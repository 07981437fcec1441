import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

/** Ends when its parent does, whatever ends that. */
const LOOP = 'const { ppid } = process; while (process.ppid === ppid) for (let n = 0; n < 1e6; n++);'

/**
 * Keeps all processors from falling asleep, by loops that run only where nothing else wants to: to wake the processor of a
 * virtual machine takes 50 to 300 us, more than most of what is measured, and is charged to whoever happens to wait then.
 */
export async function keepAwake(): Promise<Awake> {
  const loops: ChildProcess[] = []
  const end = (): void => loops.forEach((loop) => loop.kill())
  try {
    for (let n = 0; n < availableParallelism(); n++) loops.push(await idleLoop())
  } catch (error) {
    console.error(
      'The processors may fall asleep while this is measured: only Linux with chrt keeps them awake.',
      error,
    )
    return { isAwake: false, end }
  }
  return { isAwake: true, end }
}

/** What keeps them awake. */
export interface Awake {
  readonly isAwake: boolean
  end(): void
}

async function idleLoop(): Promise<ChildProcess> {
  const loop = spawn('chrt', ['--idle', '0', process.execPath, '--eval', LOOP], { stdio: 'ignore' })
  await once(loop, 'spawn')
  return loop
}
