/** The tag that everything of one restaurant carries, in whichever cache it lies. */
export function tenant(restaurant: number): string {
  return `tenant:${restaurant}`
}
