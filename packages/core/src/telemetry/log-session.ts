import type { Logger } from './logger.ts'
import type { SessionEvent } from './session-events.ts'

/** Tells a logger what a security team looks at first. Log-ins and log-outs are for the audit trail. */
export function logSession(logger: Logger, event: SessionEvent): void {
  const { type: _, ...fields } = event
  switch (event.type) {
    case 'session.reuse':
      return logger.warn(fields, 'redstart: a session secret was used that was replaced long ago')
    case 'session.damaged':
      return logger.warn(fields, 'redstart: a stored session is not what was sealed')
    case 'session.binding':
      return logger.info(fields, 'redstart: a session is used from elsewhere than before')
    case 'session.rejected':
      return logger.warn(fields, 'redstart: a field of a session does not fit its schema and was dropped')
    case 'session.refused':
      if (event.reason !== 'forged') return
      return logger.warn(fields, 'redstart: cookies were refused that nobody here has made')
    case 'session.created':
    case 'session.ended':
    case 'session.rotated':
    case 'session.lost':
  }
}
