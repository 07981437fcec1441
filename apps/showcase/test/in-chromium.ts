import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Debian's, or another one. */
const CHROMIUM = process.env['REDSTART_CHROMIUM'] ?? '/usr/bin/chromium'
/** It looks for nothing outside of this machine. */
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync']
const ALONE = ['--disable-background-networking', '--disable-component-update']

export async function launchChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`There is no Chromium at ${CHROMIUM}: apt-get install chromium, or name one with REDSTART_CHROMIUM`)
  return await chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...ALONE] })
}
