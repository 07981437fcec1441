import type { Queries } from '../database/database.ts'
import { accountOf } from '../limits/account-key.ts'
import { isPassword } from './password.ts'

/** Somebody of a crew who may sign in. */
export interface Person {
  /** Of the table `staff`. */
  readonly id: number
  readonly name: string
  readonly role: string
  readonly restaurant: number
}

interface PersonRow extends Person {
  readonly passwordHash: string
}

const PERSON = `
  select s.id, s.name, s.role, s.restaurant_id as restaurant, i.password_hash as "passwordHash"
  from sign_ins i join staff s on s.id = i.staff_id`

/** Who has this name and this password; `null` for nobody, without saying which of the two is wrong. */
export async function personWith(queries: Queries, login: string, password: string): Promise<Person | null> {
  const [row] = await queries.query<PersonRow>(`${PERSON} where i.login = $1`, [accountOf(login)])
  return withPassword(row, password)
}

/** The same of somebody who is known already, for a second look. */
export async function personAgain(queries: Queries, id: number, password: string): Promise<Person | null> {
  const [row] = await queries.query<PersonRow>(`${PERSON} where s.id = $1`, [id])
  return withPassword(row, password)
}

async function withPassword(row: PersonRow | undefined, password: string): Promise<Person | null> {
  if (!(await isPassword(password, row?.passwordHash)) || row === undefined) return null
  const { id, name, role, restaurant } = row
  return { id, name, role, restaurant }
}
