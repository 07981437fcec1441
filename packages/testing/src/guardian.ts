import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Watches over one child process and its folder, and outlives this process long enough to clean up after it. */
export interface Guardian {
  /** A temporary folder that is removed at the end. */
  readonly folder: string
  /** Names the process to end; undefined for none. */
  watch(pid: number | undefined): void
  /** Ends the watched process, removes the folder, and resolves when both are done. */
  release(): Promise<void>
}

/** Reads process ids until its input ends, which it also does when the process that writes them is killed. */
const SCRIPT = `
pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then kill -9 "$pid" 2>/dev/null; fi
rm -rf -- "$1"
`

/**
 * Starts a guardian: a shell that waits for the end of its input. No exit handler can do this, since none runs when this
 * process is killed. It does not keep this process alive, and stands outside its group, so that Ctrl-C spares it.
 */
export async function startGuardian(): Promise<Guardian> {
  const folder = await mkdtemp(join(tmpdir(), 'redstart-redis-'))
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'guardian', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  await once(shell, 'spawn')
  // The pipe breaks when somebody else ends the shell.
  shell.stdin.on('error', () => {})
  shell.unref()
  return {
    folder,
    watch: (pid) => void shell.stdin.write(`${pid ?? ''}\n`),
    async release() {
      if (shell.exitCode === null && shell.signalCode === null) {
        shell.ref()
        const exited = once(shell, 'exit')
        shell.stdin.end()
        await exited
      }
      // Somebody may have ended the shell.
      await rm(folder, { recursive: true, force: true })
    },
  }
}
