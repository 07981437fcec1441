import type { Progress } from './fill.ts'

/** Where a progress bar is drawn: `process.stdout` or anything like it. */
export interface Terminal {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const WIDTH = 30

/** Draws the progress of {@link fill}: a bar that grows in place on a terminal, a line per quarter anywhere else. */
export function progressBar(terminal: Terminal): Progress {
  let quarter = 0
  return ({ done, total, label }) => {
    const share = total === 0 ? 1 : done / total
    const percent = `${Math.round(share * 100)}%`.padStart(4)
    if (terminal.isTTY === true) {
      const full = Math.round(share * WIDTH)
      const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full)
      terminal.write(`\r  ${bar} ${percent}  ${label.padEnd(20)}${share >= 1 ? '\n' : ''}`)
    } else if (Math.floor(share * 4) > quarter || done === 0) {
      quarter = Math.floor(share * 4)
      terminal.write(`  filling the database: ${percent}  ${label}\n`)
    }
  }
}
