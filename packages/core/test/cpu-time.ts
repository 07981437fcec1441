/** Milliseconds of the processor that this process takes for something: waiting for other programs is no part of it. */
export function cpuTimeOf(act: () => unknown): number {
  const begun = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000
}
