/**
 * How a REST API goes wrong.
 *
 * - `stall` - requests are accepted, and nothing is done until it ends.
 * - `late` - what is asked is done at once, and the answer is held until it ends.
 * - `cut` - what is asked is done, and the connection breaks in the middle of the answer.
 * - an answer - given to every request, whatever it asks; nothing is done.
 */
export type RestFault = 'stall' | 'late' | 'cut' | { readonly status: number; readonly body: string }
