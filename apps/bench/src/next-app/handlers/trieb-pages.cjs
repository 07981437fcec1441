module.exports = require('./trieb.cjs').default
