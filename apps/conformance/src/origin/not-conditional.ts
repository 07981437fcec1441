/** The status with which the suite's server tells its client that a request should have been conditional. */
export const NOT_CONDITIONAL = 999

/** A status that every framework can send: Hono and Fastify end with it. */
export const STATUS_INSTEAD = 599

/** Says that {@link STATUS_INSTEAD} stands for {@link NOT_CONDITIONAL}. */
export const NOT_CONDITIONAL_HEADER = 'Suite-Not-Conditional'
