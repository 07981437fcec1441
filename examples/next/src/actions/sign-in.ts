'use server'
import { limitAction } from '@redstart/next/http'
import { accountKey, personWith } from '@redstart-example/express'
import { redirect } from 'next/navigation'
import { type Answer, answerOf, textIn } from '../lib/answer.ts'
import { database } from '../lib/database.ts'
import redstart from '../lib/redstart.mjs'
import { updateSession } from '../lib/session.ts'

/** Only wrong passwords count: who was right is sent on, and given back what it took. */
const refund = ({ status }: { readonly status: number }): boolean => status === 303

/** Guesses, of one account and from one address: who has been wrong too often is answered before anybody looks. */
const limited = limitAction(
  redstart,
  {
    clientAddress: 'framework',
    rules: [
      { policies: 'guesses', key: ({ args: [form] }) => accountKey(form.get('login')), refund },
      { policies: 'guessers', refund },
    ],
  },
  loggedIn,
)

/** Logs in here, and in all apps of the restaurants. */
export async function logIn(_before: Answer, form: FormData): Promise<Answer> {
  return answerOf(await limited(form))
}

async function loggedIn(form: FormData): Promise<Answer> {
  const person = await personWith(await database(), textIn(form, 'login'), textIn(form, 'password'))
  if (person === null) return { note: 'There is nobody with this name and this password.' }
  await updateSession(async (session) => {
    await session.login(person.id, { roles: [person.role], methods: ['pwd'] })
    Object.assign(session, { name: person.name, restaurant: person.restaurant })
  })
  redirect('/account')
}

export async function logOut(): Promise<void> {
  await updateSession(async (session) => await session.logout())
  redirect('/login')
}

/** On all devices, and in all apps. */
export async function logOutEverywhere(): Promise<void> {
  await updateSession(async (session) => {
    await redstart.sessions.user(session.requireUser()).revokeAll()
    await session.logout()
  })
  redirect('/login')
}
