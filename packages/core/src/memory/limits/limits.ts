import { LimitTable } from '../../rate-limit/limit-table.ts'
import { PermitTable } from '../../rate-limit/permit-table.ts'
import { MemoryBlocks } from './blocks.ts'
import { MemoryReplies } from './replies.ts'

/** The limits of one app, which all stores of it share. */
export class MemoryLimits {
  readonly table: LimitTable
  readonly permits: PermitTable = new PermitTable()
  readonly blocks: MemoryBlocks = new MemoryBlocks()
  readonly replies: MemoryReplies = new MemoryReplies()

  /** @param most and longer as of {@link LimitTable}. */
  constructor(most: number, longer = 0) {
    this.table = new LimitTable(most, longer)
  }
}
