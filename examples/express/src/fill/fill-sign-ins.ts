import type { Queries } from '../database/database.ts'
import { hashPassword } from '../sign-in/password.ts'

/** Who can sign in: a manager and a waiter of each restaurant. The password is for this example and no secret. */
export const SIGN_INS: { readonly logins: readonly string[]; readonly password: string } = {
  logins: ['alma@osteria', 'elif@osteria', 'alma@izakaya', 'elif@izakaya'],
  password: 'codirosso',
}

const TABLE = `
  create table sign_ins (
    login text primary key, staff_id int not null unique references staff, password_hash text not null)`

const INSERT = `
  insert into sign_ins (login, staff_id, password_hash)
  select $1, id, $4 from staff where restaurant_id = $2 and name = $3`

/** Lets some of the crew sign in. Nothing is done where that is so already. */
export async function fillSignIns(queries: Queries): Promise<void> {
  const [row] = await queries.query<{ there: boolean }>(`select to_regclass('sign_ins') is not null as there`)
  if (row?.there === true) return
  await queries.query(TABLE)
  const people = SIGN_INS.logins.map((login, n) => ({
    login,
    restaurant: n < 2 ? 1 : 2,
    name: n % 2 ? 'Elif' : 'Alma',
  }))
  const hashes = await Promise.all(people.map(() => hashPassword(SIGN_INS.password)))
  for (const [n, { login, restaurant, name }] of people.entries())
    await queries.query(INSERT, [login, restaurant, name, hashes[n] ?? ''])
}
