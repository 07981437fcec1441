import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { logIn } from '../../actions/sign-in.ts'
import { ActionForm } from '../../parts/action-form.tsx'

export const metadata: Metadata = { title: 'Log in' }

/** The same for everybody. */
export default function LogIn(): ReactNode {
  return (
    <>
      <h1>Log in</h1>
      <p className="lead">As somebody of the crew, here and in the other apps of the house.</p>
      <ActionForm action={logIn}>
        <label>
          Name <input name="login" autoComplete="username" required />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button>Log in</button>
      </ActionForm>
    </>
  )
}
