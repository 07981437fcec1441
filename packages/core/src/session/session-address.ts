/** Which record is meant: the selector of a cookie whose MAC was found right. */
export type SessionAddress = { readonly kind: 'anonymous'; readonly sid: string } | UserAddress

/** A record of a signed-in user. `tag` stands for the user: all of a user's records and the index share it. */
export interface UserAddress {
  readonly kind: 'user'
  readonly tag: string
  readonly sid: string
}

/** Whose request it is: the address, and the hash of the secret that was presented. */
export interface Presented {
  readonly address: SessionAddress
  readonly verifier: string
}
