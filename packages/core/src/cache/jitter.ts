/** A ttl shortened by up to a share of it, at random, to whole milliseconds. */
export function jittered(ttl: number, share: number, random: () => number): number {
  return share === 0 ? ttl : Math.max(1, Math.round(ttl * (1 - share * random())))
}
