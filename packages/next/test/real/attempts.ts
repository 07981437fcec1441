import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { APP, type Environment } from './real-app.ts'

/** Where the processes of an app tried to connect to. */
export class Attempts implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async make(): Promise<Attempts> {
    const attempts = new Attempts(await mkdtemp(join(tmpdir(), 'redstart-attempts-')))
    await writeFile(attempts.#file, '')
    return attempts
  }

  /** With it, a process and all that it starts note their attempts. */
  get env(): Environment {
    const preload = pathToFileURL(join(APP, 'count-connections.mjs')).href
    return { REAL_ATTEMPTS: this.#file, NODE_OPTIONS: `--import=${preload}` }
  }

  /** @param where as `host:port`. @returns how often somebody tried. */
  async at(where: string): Promise<number> {
    return (await readFile(this.#file, 'utf8')).split('\n').filter((line) => line === where).length
  }

  get #file(): string {
    return join(this.#folder, 'attempts')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}
